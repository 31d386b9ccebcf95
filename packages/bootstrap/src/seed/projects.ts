import type { SeedProject } from "./company.ts";
import { BAGS, CHURN, COMPLAINTS, ENGINES, FARES, FLIGHTS, FUEL, NO_SHOWS, REFUNDS } from "./worlds.ts";

const TEMPLATE = "tabular-model";

/** The projects of the company. Three come from the template, nine from files of their own that need nothing but Python. */
export const PROJECTS: SeedProject[] = [
  { slug: "no-show-forecast", title: "No-show forecast", description: "Who has booked and will not fly, for overbooking.", team: "revenue", owner: "samuel.brandt", members: ["priya.nair", "mateo.ruiz"], bornDay: 0, trainings: 14, story: "deployed", world: NO_SHOWS },
  { slug: "fuel-burn", title: "Fuel burn", description: "Fuel that a flight will need, before the dispatcher adds reserves.", team: "operations", owner: "jun.takeda", members: ["lucia.ferrari"], bornDay: 1, trainings: 13, story: "deployed", world: FUEL },
  { slug: "flight-delays", title: "Flight delays", description: "Which flights will arrive late, told when they leave the gate.", team: "operations", owner: "lucia.ferrari", members: ["jun.takeda"], bornDay: 2, trainings: 6, story: "training", template: { name: TEMPLATE, answers: { threshold_minutes: 15, max_depth: 4 } }, world: FLIGHTS },
  { slug: "refund-fraud", title: "Refund fraud", description: "Claims for money back that a person should look at first.", team: "customer-care", owner: "noor.haddad", members: ["elin.sandberg", "ines.moreau"], bornDay: 3, trainings: 13, story: "deployed", visibility: "private", world: REFUNDS },
  { slug: "baggage-misroute", title: "Baggage misroute", description: "Bags that will miss their connection, while they can still be fetched.", team: "operations", owner: "jun.takeda", members: ["lucia.ferrari", "mateo.ruiz"], bornDay: 5, trainings: 11, story: "broken", world: BAGS },
  { slug: "churn-risk", title: "Churn risk", description: "Frequent flyers who are about to leave the programme.", team: "customer-care", owner: "elin.sandberg", members: ["noor.haddad"], bornDay: 8, trainings: 11, story: "rolled-back", world: CHURN },
  { slug: "fare-response", title: "Fare response", description: "Seats that a fare will sell in a day.", team: "revenue", owner: "priya.nair", members: ["samuel.brandt"], bornDay: 10, trainings: 11, story: "deployed", world: FARES },
  { slug: "complaint-triage", title: "Complaint triage", description: "Messages that cannot wait until tomorrow.", team: "customer-care", owner: "elin.sandberg", members: ["noor.haddad"], bornDay: 15, trainings: 9, story: "staging", world: COMPLAINTS },
  { slug: "regional-delays", title: "Regional delays", description: "Delays of the short routes, which follow other rules.", team: "operations", owner: "lucia.ferrari", members: ["jun.takeda"], bornDay: 19, trainings: 4, story: "training", template: { name: TEMPLATE, answers: { threshold_minutes: 10, max_depth: 3, window: "14d" } }, world: FLIGHTS },
  { slug: "engine-margin", title: "Engine margin", description: "Temperature margin that an engine has left before its overhaul.", team: "operations", owner: "jun.takeda", members: ["mateo.ruiz", "tomasz.wolny"], bornDay: 24, trainings: 8, story: "asking", visibility: "private", world: ENGINES },
  { slug: "missed-connections", title: "Missed connections", description: "Passengers who will miss their next flight.", team: "customer-care", owner: "noor.haddad", members: ["lucia.ferrari"], bornDay: 38, trainings: 3, story: "training", template: { name: TEMPLATE, answers: { threshold_minutes: 30, max_depth: 5 } }, world: FLIGHTS },
  { slug: "lounge-demand", title: "Lounge demand", description: "Guests that the lounges will have in an hour.", team: "revenue", owner: "priya.nair", members: [], bornDay: 47, trainings: 5, story: "training", world: { ...FARES, output: "guests", label: "guests", scale: 18 } },
];
