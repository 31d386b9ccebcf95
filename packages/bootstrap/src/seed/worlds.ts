import type { SeedWorld } from "./company.ts";

const CABINS = { economy: 0, premium: -0.2, business: -0.4 };
const CHANNELS = { web: 0, app: -0.1, agency: 0.3, phone: 0.2 };

/** Departures, with the features that the template for flights has. */
export const FLIGHTS: SeedWorld = {
  task: "classification",
  output: "probability",
  label: "late",
  bias: -1.4,
  scale: 1,
  numeric: [
    { name: "hour", description: "Hour of departure, local time", mean: 13, sd: 4.2, weight: 0.5 },
    { name: "distance", description: "Miles between the two airports", mean: 730, sd: 410, weight: 0.1 },
    { name: "origin_flights", description: "Flights that leave the origin on this day", mean: 420, sd: 210, weight: 0.3 },
    { name: "origin_delay_1d", description: "Mean delay at the origin the day before, minutes", mean: 7, sd: 9, weight: 0.8 },
  ],
  categorical: [
    { name: "origin", description: "Airport of departure, IATA code", values: { ORD: 0.5, ATL: 0.2, DFW: 0.1, LAX: 0, DEN: -0.1 } },
    { name: "destination", description: "Airport of arrival, IATA code", values: { LGA: 0.5, ORD: 0.3, SFO: 0.2, PHX: -0.2, SEA: 0 } },
  ],
};

export const NO_SHOWS: SeedWorld = {
  task: "classification",
  output: "probability",
  label: "no_show",
  bias: -2.1,
  scale: 1,
  numeric: [
    { name: "lead_days", description: "Days between booking and departure", mean: 34, sd: 21, weight: 0.4 },
    { name: "party_size", description: "People in the booking", mean: 2.1, sd: 1.1, weight: -0.5 },
    { name: "fare", description: "Fare paid for a seat, euros", mean: 148, sd: 62, weight: -0.6 },
    { name: "earlier_no_shows", description: "Earlier bookings that were not flown", mean: 0.4, sd: 0.7, weight: 0.9 },
  ],
  categorical: [
    { name: "channel", description: "Where it was booked", values: CHANNELS },
    { name: "cabin", description: "Cabin", values: CABINS },
  ],
  drift: { feature: "lead_days", fromDay: 7, shift: -0.9 },
};

export const FARES: SeedWorld = {
  task: "regression",
  output: "demand",
  label: "seats_sold",
  bias: 0,
  scale: 11,
  numeric: [
    { name: "fare", description: "Fare shown, euros", mean: 152, sd: 55, weight: -0.9 },
    { name: "days_left", description: "Days until departure", mean: 45, sd: 27, weight: -0.4 },
    { name: "seats_left", description: "Seats not yet sold", mean: 71, sd: 38, weight: 0.3 },
    { name: "competitor_fare", description: "Lowest fare of others on the day, euros", mean: 149, sd: 58, weight: 0.7 },
  ],
  categorical: [{ name: "season", description: "Season of the departure", values: { low: -0.4, shoulder: 0, high: 0.6 } }],
};

export const BAGS: SeedWorld = {
  task: "classification",
  output: "probability",
  label: "misrouted",
  bias: -3.4,
  scale: 1,
  numeric: [
    { name: "connection_minutes", description: "Time between arrival and departure, minutes", mean: 82, sd: 34, weight: -1.2 },
    { name: "inbound_delay", description: "Delay of the arriving flight, minutes", mean: 9, sd: 14, weight: 0.8 },
    { name: "bags_on_flight", description: "Bags checked in for the flight", mean: 118, sd: 40, weight: 0.2 },
  ],
  categorical: [
    { name: "terminal", description: "Terminal of the connection", values: { A: 0, B: 0.2, C: 0.5 } },
    { name: "handler", description: "Ground handler", values: { swiftground: 0, aerolink: 0.3, portside: -0.1 } },
  ],
};

export const FUEL: SeedWorld = {
  task: "regression",
  output: "burn",
  label: "fuel_kg",
  bias: 4.2,
  scale: 1_450,
  numeric: [
    { name: "distance", description: "Great circle distance, km", mean: 1_480, sd: 760, weight: 1.6 },
    { name: "payload", description: "Payload, tonnes", mean: 14.2, sd: 3.1, weight: 0.3 },
    { name: "headwind", description: "Mean headwind, knots", mean: 12, sd: 18, weight: 0.25 },
    { name: "taxi_minutes", description: "Expected taxi time, minutes", mean: 17, sd: 6, weight: 0.05 },
  ],
  categorical: [{ name: "aircraft", description: "Aircraft type", values: { A20N: -0.2, A320: 0, A321: 0.3, E195: -0.5 } }],
  drift: { feature: "headwind", fromDay: 40, shift: 1.1 },
};

export const REFUNDS: SeedWorld = {
  task: "classification",
  output: "probability",
  label: "fraud",
  bias: -3.8,
  scale: 1,
  numeric: [
    { name: "amount", description: "Amount asked back, euros", mean: 210, sd: 130, weight: 0.7 },
    { name: "account_days", description: "Age of the account, days", mean: 620, sd: 410, weight: -0.9 },
    { name: "claims_12m", description: "Claims in twelve months", mean: 0.8, sd: 1.2, weight: 1.1 },
  ],
  categorical: [
    { name: "channel", description: "How it was asked", values: CHANNELS },
    { name: "reason", description: "Reason given", values: { delay: 0, illness: 0.3, duplicate: 0.8, other: 0.4 } },
  ],
  drift: { feature: "claims_12m", fromDay: 39, shift: 0.9 },
};

export const CHURN: SeedWorld = {
  task: "classification",
  output: "probability",
  label: "left",
  bias: -1.6,
  scale: 1,
  numeric: [
    { name: "flights_12m", description: "Flights in twelve months", mean: 6.2, sd: 4.4, weight: -0.8 },
    { name: "days_since_flight", description: "Days since the last flight", mean: 74, sd: 52, weight: 0.9 },
    { name: "complaints", description: "Complaints in twelve months", mean: 0.6, sd: 0.9, weight: 0.5 },
  ],
  categorical: [{ name: "tier", description: "Loyalty tier", values: { none: 0.3, silver: 0, gold: -0.5 } }],
};

export const COMPLAINTS: SeedWorld = {
  task: "classification",
  output: "probability",
  label: "urgent",
  bias: -1.9,
  scale: 1,
  numeric: [
    { name: "words", description: "Words in the message", mean: 92, sd: 48, weight: 0.3 },
    { name: "hours_since_flight", description: "Hours since the flight", mean: 31, sd: 22, weight: -0.7 },
    { name: "messages_7d", description: "Messages of the same person in seven days", mean: 1.3, sd: 0.9, weight: 0.8 },
  ],
  categorical: [{ name: "topic", description: "Topic by keyword", values: { baggage: 0.4, delay: 0, refund: 0.2, staff: -0.2, health: 1.4 } }],
};

export const ENGINES: SeedWorld = {
  task: "regression",
  output: "margin",
  label: "egt_margin",
  bias: 6,
  scale: 7,
  numeric: [
    { name: "cycles", description: "Cycles since overhaul", mean: 4_200, sd: 1_900, weight: -1.3 },
    { name: "egt", description: "Exhaust gas temperature at take-off, °C", mean: 842, sd: 21, weight: -0.8 },
    { name: "vibration", description: "Vibration of the low pressure rotor, inches per second", mean: 0.4, sd: 0.15, weight: -0.3 },
  ],
  categorical: [{ name: "engine", description: "Engine type", values: { "LEAP-1A": 0.3, "CFM56-5B": 0, PW1100G: -0.4 } }],
};
