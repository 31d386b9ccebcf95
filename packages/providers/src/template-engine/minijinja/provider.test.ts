import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { filePathFault, findPathCollision } from "@trellis/core/kernel/file-path.ts";
import golden from "./compat/jinja2-golden.json" with { type: "json" };
import { createMinijinjaEngine } from "./provider.ts";

const engine = createMinijinjaEngine({ now: () => new Date("2001-02-03T16:05:06Z") });
afterAll(() => engine.close());

const file = (path: string, content: string | Buffer, executable = false) => ({ path, content: Buffer.from(content), executable });
const text = async (source: string, values: Record<string, unknown> = {}) => (await engine.render([file("f.txt", source)], values))[0]?.content.toString();

describe("rendering", () => {
  it("renders contents and paths and keeps the executable bit", async () => {
    const files = [file("src/{{ package }}/run.sh", "#!/bin/sh\necho {{ name }}\n", true), file("README.md", "# {{ name }}\n")];
    expect(await engine.render(files, { package: "flight_delays", name: "Flight delays" })).toEqual([
      file("src/flight_delays/run.sh", "#!/bin/sh\necho Flight delays\n", true),
      file("README.md", "# Flight delays\n"),
    ]);
  });

  it("copies what is not text, and text without tags, byte for byte", async () => {
    const binary = Buffer.from([0xff, 0xfe, ...Buffer.from("{{ name }}")]);
    const withNul = Buffer.from("{{ name }}\0");
    const plain = Buffer.from("\ufeffplain\r\n}} {%");
    const rendered = await engine.render([file("a", binary), file("b", withNul), file("c", plain.subarray(0, -3))], { name: "x" });
    expect(rendered.map((one) => one.content)).toEqual([binary, withNul, plain.subarray(0, -3)]);
  });

  it("never renders values as templates", async () => {
    const hostile = "{{ 7 * 7 }}{% for i in range(3) %}{{ i }}{% endfor %}{# x #}";
    expect(await text("{{ name }}", { name: hostile })).toBe(hostile);
    fc.assert(fc.property(fc.string(), (value) => JSON.parse(JSON.stringify({ value })).value === value));
    const values = fc.sample(fc.string({ unit: "grapheme" }), 100);
    const rendered = await engine.render(
      values.map((_, index) => file(`f${index}`, `{{ v[${index}] }}`)),
      { v: values },
    );
    expect(rendered.map((one) => one.content.toString())).toEqual(values);
  });

  it("leaves out files below a path part that renders to nothing", async () => {
    const files = [file("{{ 'docs' if docs }}/a/b.md", ""), file("{% if docs %}x{% endif %}", ""), file("keep", "")];
    expect((await engine.render(files, { docs: false })).map((one) => one.path)).toEqual(["keep"]);
    expect((await engine.render(files, { docs: true })).map((one) => one.path)).toEqual(["docs/a/b.md", "x", "keep"]);
  });

  it("includes and imports other files of the list, without escaping by their names", async () => {
    const files = [
      file("main.txt", "{% include 'part.html' %}{% from 'macros.json' import hello %}{% import 'macros.json' as m %}{{ hello('<a>') }}{{ m.hello('&') }}"),
      file("part.html", "<{{ name }}>"),
      file("macros.json", "{% macro hello(who) %}hello {{ who }};{% endmacro %}"),
    ];
    expect((await engine.render(files, { name: "a & b" }))[0]?.content.toString()).toBe("<a & b>hello <a>;hello &;");
  });

  it("tells the time that it was given", async () => {
    expect(await text("{% now 'utc', '%Y-%m-%d %H:%M:%S %-d %B %a %j %I%p' %} {{ now('utc', '%y') }}")).toBe("2001-02-03 16:05:06 3 February Sat 034 04PM 01");
  });

  it.each(golden.same)("prints %j as Jinja2 3.1.6 for Python does", async (source, expected) => {
    expect(await text(source ?? "", golden.values)).toBe(expected);
  });

  it.each(golden.different)("differs from Jinja2 in %j as documented", async (source, python, ours) => {
    const rendered = await text(source ?? "", golden.values).catch(() => null);
    expect(rendered).toBe(ours);
    expect(rendered).not.toBe(python);
  });

  it("keeps the order of many renderings at once", async () => {
    const results = await Promise.all([1, 2, 3, 4, 5].map((n) => text("{{ n }}", { n })));
    expect(results).toEqual(["1", "2", "3", "4", "5"]);
  });
});

describe("broken templates", () => {
  it.each<[string, string, number | undefined]>([
    ["one\n\n{{ project.nmae }}", "undefined value", 3],
    ["one\n{% if x %}", "unexpected end of input", 2],
    ["{{\n\n missing }}", "undefined value", 3],
    ["a\n{{ b", "unexpected end of input", 2],
    ["a\n{{ }}", "unexpected end of variable block", 2],
    ["a\n{{ 'x'|nope }}", "filter nope is unknown", 2],
    ["a\n\n{{ 'x'|truncate(nope=1) }}", 'truncate has no argument "nope"', 3],
    ["{% now 'utc', '%Q' %}", "does not know the date directive %Q", 1],
    ["{% include 'none' %}", "non-existing template", 1],
    ["{{ {}.constructor.constructor('return process')() }}", 'in "{{ {}.constructor', 1],
    ["{{ ''.__class__.__mro__ }}", "undefined value", 1],
  ])("reports %j with file and line", async (source, message, line) => {
    const rendering = engine.render([file("src/app.py", source)], { project: {}, x: true });
    await expect(rendering).rejects.toMatchObject({
      code: "INVALID",
      message: expect.stringContaining(`src/app.py:${line}: `),
      issues: [{ file: "src/app.py", line, message: expect.stringContaining(message) }],
    });
  });

  it("names the included file in which the fault is, and where it was included", async () => {
    const files = [file("main.txt", "{% include 'part.txt' %}"), file("part.txt", "{% if true %}\n{{ missing }}{% endif %}")];
    await expect(engine.render(files, {})).rejects.toMatchObject({
      issues: [{ file: "main.txt", line: 1, message: expect.stringContaining('error in "part.txt"') }],
    });
  });

  it("names the path that cannot be rendered", async () => {
    await expect(engine.render([file("{{ missing }}/a", "")], {})).rejects.toMatchObject({
      code: "INVALID",
      message: expect.stringContaining("{{ missing }}/a: the path cannot be rendered"),
    });
  });

  it("goes on after a fault", async () => {
    await expect(text("{{ missing }}")).rejects.toMatchObject({ code: "INVALID" });
    expect(await text("{{ 1 }}")).toBe("1");
  });

  it("refuses values that are no data", async () => {
    const loop: Record<string, unknown> = {};
    loop.self = loop;
    await expect(engine.render([file("a", "")], loop)).rejects.toMatchObject({ code: "INVALID" });
  });
});

describe("hostile templates", () => {
  it.each([
    ["an endless loop", "{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}", "out of fuel"],
    ["endless recursion", "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "recursion limit"],
    ["an include of itself", "{% include 'f.txt' %}", 'error in "f.txt"'],
    ["deep brackets", `{{ ${"(".repeat(20_000)}1${")".repeat(20_000)} }}`, "recursion limits"],
    ["a long list", "{{ range(10000000)|list }}", "range has too many elements"],
    ["text that doubles", "{% set ns = namespace(s='aaaaaaaaaaaaaaaa') %}{% for i in range(60) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}", "more memory"],
    ["text of 2 GB", "{{ 'a' * 2000000000 }}", "more memory"],
    ["a replacement that grows", "{{ 'aaaa'|replace('a', 'b' * 1000000)|replace('b', 'c' * 100000) }}", "more memory"],
    ["a wide filter", "{{ 'a'|center(1000000000) }}", "needs a whole number from 0 to 10000"],
    ["a filter that makes much of little", "{{ ('a\\n' * 10000)|indent('b' * 10000) }}", "makes a text that is too long"],
    ["a filter on the wrong thing", "{{ {'a': 1}|wordwrap([]) }}", "needs a whole number"],
  ])("stops %s and works on", async (_, source, message) => {
    await expect(text(source)).rejects.toMatchObject({ code: "INVALID", message: expect.stringContaining(message), issues: [{ file: "f.txt" }] });
    expect(await text("{{ 1 }}")).toBe("1");
  });

  it("stops at the time limit and works on", async () => {
    const impatient = createMinijinjaEngine({ timeoutMs: 300 });
    const slow = "{% for i in range(90000) %}{% set x = ('ab' * 4000000)|upper|lower %}{% endfor %}";
    await expect(impatient.render([file("slow.txt", slow)], {})).rejects.toMatchObject({
      code: "INVALID",
      message: expect.stringMatching(/^slow.txt: takes longer than 0.3 seconds/),
    });
    await impatient.close();
  });

  it("bounds a file, the whole output and the number of files", async () => {
    const small = createMinijinjaEngine({ maxFileBytes: 1000, maxTotalBytes: 2500, maxFiles: 3 });
    const big = file("big", "{{ 'a' * 1001 }}");
    await expect(small.render([big], {})).rejects.toMatchObject({ code: "TOO_LARGE", issues: [{ file: "big" }] });
    const parts = ["a", "b", "c"].map((path) => file(path, "{{ 'a' * 900 }}"));
    await expect(small.render(parts, {})).rejects.toMatchObject({ code: "TOO_LARGE", issues: [{ file: "c" }] });
    await expect(
      small.render(
        ["a", "b", "c", "d"].map((path) => file(path, "")),
        {},
      ),
    ).rejects.toMatchObject({ code: "TOO_LARGE" });
    await expect(small.render([file("a", Buffer.alloc(2501))], {})).rejects.toMatchObject({ code: "TOO_LARGE" });
    await small.close();
  });

  it.each([
    ["{{ p }}/y", "../../etc"],
    ["{{ p }}", "/etc/passwd"],
    ["{{ p }}", ".."],
    ["a/{{ p }}", "../../b"],
    ["{{ p }}", ".git/hooks/post-checkout"],
    ["{{ p }}", "a\\b"],
    ["{{ p }}", "a\0b"],
    ["{{ p }}", "a//b"],
    ["{{ p }}", "x".repeat(201)],
  ])("refuses the path %j of %j, naming the template's path", async (path, p) => {
    await expect(engine.render([file(path, "")], { p })).rejects.toMatchObject({ code: "INVALID", issues: [{ file: path }] });
  });

  it("refuses files that render to one place", async () => {
    await expect(engine.render([file("{{ p }}.md", ""), file("readme.md", "")], { p: "README" })).rejects.toMatchObject({ code: "INVALID" });
    await expect(engine.render([file("{{ p }}", ""), file("a/b", "")], { p: "a" })).rejects.toMatchObject({ code: "INVALID" });
  });

  it("gives, whatever the values are, only paths that are safe and fit together", async () => {
    const part = fc.oneof(fc.constantFrom("..", ".", "", "/", "\\", ".git", "a", "A", "a/b", "\0"), fc.string({ maxLength: 5 }));
    await fc.assert(
      fc.asyncProperty(part, part, async (p, q) => {
        const files = [file("{{ p }}/{{ q }}", "1"), file("{{ q }}x{{ p }}", "2"), file("a/{{ p }}", "3")];
        const rendered = await engine.render(files, { p, q }).catch((error: unknown) => {
          expect(error).toMatchObject({ code: "INVALID" });
          return [];
        });
        const paths = rendered.map((one) => one.path);
        expect(paths.map((path) => filePathFault(path)).filter((fault) => fault !== null)).toEqual([]);
        expect(findPathCollision(paths)).toBeNull();
      }),
      { numRuns: 200 },
    );
  });
});

describe("its process", () => {
  it("is not started by opening the engine, and closing it twice is fine", async () => {
    const idle = createMinijinjaEngine();
    await idle.close();
    await idle.close();
    await expect(idle.render([file("a", "{{ 1 }}")], {})).rejects.toThrow("closed");
  });

  it("finishes what is queued before it closes", async () => {
    const closing = createMinijinjaEngine();
    const renderings = [1, 2, 3].map((n) => closing.render([file("a", "{{ n }}")], { n }));
    await closing.close();
    expect((await Promise.all(renderings)).map(([one]) => one?.content.toString())).toEqual(["1", "2", "3"]);
  });
});
