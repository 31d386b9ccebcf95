export { ScorecardsPage } from "./scorecards-page";
