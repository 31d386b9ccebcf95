const copied = [
  "fill",
  "stroke",
  "stroke-width",
  "stroke-dasharray",
  "stroke-linecap",
  "stroke-linejoin",
  "opacity",
  "fill-opacity",
  "stroke-opacity",
  "font-family",
  "font-size",
  "font-weight",
  "text-anchor",
];

function inlineStyles(source: Element, target: Element) {
  const style = getComputedStyle(source);
  const declared = copied.map((name) => `${name}:${style.getPropertyValue(name)}`).join(";");
  target.setAttribute("style", declared);
  Array.from(source.children).forEach((child, index) => {
    const twin = target.children[index];
    if (twin) inlineStyles(child, twin);
  });
}

/** The chart as a stand-alone SVG text: tokens are resolved, so that it looks the same elsewhere. */
export function svgText(svg: SVGSVGElement): string {
  const clone = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const child of svg.children) clone.append(child.cloneNode(true));
  const { width, height } = svg.getBoundingClientRect();
  Array.from(svg.children).forEach((child, index) => {
    const twin = clone.children[index];
    if (twin) inlineStyles(child, twin);
  });
  clone.setAttribute("width", String(width));
  clone.setAttribute("height", String(height));
  clone.setAttribute("viewBox", `0 0 ${width} ${height}`);
  const ground = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  ground.setAttribute("width", "100%");
  ground.setAttribute("height", "100%");
  ground.setAttribute("fill", getComputedStyle(document.documentElement).getPropertyValue("--color-surface").trim() || "white");
  clone.prepend(ground);
  return new XMLSerializer().serializeToString(clone);
}

function saveUrl(name: string, url: string) {
  const anchor = document.createElement("a");
  anchor.href = url;
  anchor.download = name;
  anchor.click();
}

/** Saves the chart as a PNG at twice its size. */
export async function downloadPng(name: string, svg: SVGSVGElement): Promise<void> {
  const { width, height } = svg.getBoundingClientRect();
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svgText(svg))}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = Math.ceil(width * 2);
  canvas.height = Math.ceil(height * 2);
  const context = canvas.getContext("2d");
  if (!context) throw new Error("This browser cannot draw pictures. Save the chart as SVG instead.");
  context.scale(2, 2);
  context.drawImage(image, 0, 0, width, height);
  saveUrl(name, canvas.toDataURL("image/png"));
}
