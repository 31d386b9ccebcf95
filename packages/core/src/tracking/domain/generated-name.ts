const QUALITIES = [
  ...["able", "amber", "brave", "bright", "calm", "clever", "cosy", "crisp", "eager", "early", "fair", "fleet", "fond", "gentle", "glad", "golden"],
  ...["handy", "humble", "jolly", "keen", "kind", "light", "lively", "loyal", "lucky", "mellow", "merry", "mild", "neat", "noble", "placid", "polite"],
  ...["proud", "quick", "quiet", "rapid", "ready", "robust", "silent", "smooth", "snug", "spry", "steady", "sunny", "swift", "tidy", "warm", "wise"],
];
const THINGS = [
  ...["alder", "aspen", "badger", "beech", "birch", "bison", "cedar", "crane", "dove", "eagle", "elm", "falcon", "fern", "finch", "fox", "gull"],
  ...["hare", "hawk", "hazel", "heron", "ibex", "iris", "jay", "kite", "lark", "larch", "linden", "lynx", "maple", "marten", "newt", "oak"],
  ...["osprey", "otter", "owl", "pine", "plover", "raven", "robin", "rowan", "seal", "shrew", "stork", "swan", "tern", "vole", "willow", "wren"],
];

/** A name for what nobody has named, e.g. `calm-otter-412`. `random` gives numbers from 0 to below 1. */
export function generatedName(random: () => number = Math.random): string {
  const pick = (words: readonly string[]): string => words[Math.floor(random() * words.length)] ?? "";
  return `${pick(QUALITIES)}-${pick(THINGS)}-${Math.floor(random() * 1_000)}`;
}
