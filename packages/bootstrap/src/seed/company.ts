import type { Role } from "@trellis/core/kernel/context.ts";

/** A person of the seeded company; `key` is the local part of the address. */
export type SeedPerson = { key: string; name: string; role: Role; team: string };
export type SeedTeam = { slug: string; name: string };

export type NumericFeature = { name: string; description: string; mean: number; sd: number; weight: number };
export type CategoricalFeature = { name: string; description: string; values: Record<string, number> };

/** What a project predicts from what; the same numbers make its data, its model and its traffic. */
export type SeedWorld = {
  task: "classification" | "regression";
  output: string;
  label: string;
  bias: number;
  /** Regression: one unit of the score in units of the label. */
  scale: number;
  numeric: NumericFeature[];
  categorical: CategoricalFeature[];
  /** From this day of the sixty on, a feature moves by so many standard deviations. */
  drift?: { feature: string; fromDay: number; shift: number };
};

/** How the story of a project goes on after its versions. */
export type SeedStory = "deployed" | "staging" | "rolled-back" | "broken" | "asking" | "training";

export type SeedProject = {
  slug: string;
  title: string;
  description: string;
  team: string;
  owner: string;
  members: string[];
  /** Day of the sixty on which it begins. */
  bornDay: number;
  trainings: number;
  story: SeedStory;
  visibility?: "private";
  /** Made by the wizard from this template, with these answers; else from files of its own. */
  template?: { name: string; answers: Record<string, string | number | boolean> };
  world: SeedWorld;
};

export const COMPANY_DOMAIN = "meridian.example";

export const TEAMS: SeedTeam[] = [
  { slug: "operations", name: "Operations" },
  { slug: "revenue", name: "Revenue" },
  { slug: "customer-care", name: "Customer care" },
  { slug: "ml-platform", name: "ML platform" },
];

export const PEOPLE: SeedPerson[] = [
  { key: "ines.moreau", name: "Inès Moreau", role: "approver", team: "ml-platform" },
  { key: "tomasz.wolny", name: "Tomasz Wolny", role: "approver", team: "operations" },
  { key: "amara.okafor", name: "Amara Okafor", role: "approver", team: "revenue" },
  { key: "jun.takeda", name: "Jun Takeda", role: "data_scientist", team: "operations" },
  { key: "lucia.ferrari", name: "Lucia Ferrari", role: "data_scientist", team: "operations" },
  { key: "samuel.brandt", name: "Samuel Brandt", role: "data_scientist", team: "revenue" },
  { key: "priya.nair", name: "Priya Nair", role: "data_scientist", team: "revenue" },
  { key: "noor.haddad", name: "Noor Haddad", role: "data_scientist", team: "customer-care" },
  { key: "elin.sandberg", name: "Elin Sandberg", role: "data_scientist", team: "customer-care" },
  { key: "mateo.ruiz", name: "Mateo Ruiz", role: "data_scientist", team: "ml-platform" },
  { key: "greta.lindqvist", name: "Greta Lindqvist", role: "viewer", team: "customer-care" },
];
