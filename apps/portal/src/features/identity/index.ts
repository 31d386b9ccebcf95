export { AcceptInvitationPage } from "./accept-invitation-page";
export { SetupPage } from "./setup-page";
export { SignInPage } from "./sign-in-page";
export { TokensPage } from "./tokens-page";
export { PeoplePage } from "./people-page";
