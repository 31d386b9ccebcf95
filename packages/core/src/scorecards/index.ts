export { type Check, CHECK_IDS, type CheckResult, type Level, LEVEL_TITLES, type LevelScore, type NextStep, type Score } from "./domain/score.ts";
export { projectScorecard, projectScorecardInput, type Scorecard, type ScorecardRow, scorecards, scorecardsInput } from "./queries.ts";
