/** The element below `root` whose data attribute has a value; any text, no selector to escape. */
export function findByData(root: Element | null, name: string, value: string): HTMLElement | null {
  const attribute = `data-${name}`;
  for (const element of root?.querySelectorAll<HTMLElement>(`[${attribute}]`) ?? []) if (element.getAttribute(attribute) === value) return element;
  return null;
}
