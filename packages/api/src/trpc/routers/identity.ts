import { createTokenInput } from "@trellis/auth";
import {
  acceptInvitation,
  acceptInvitationInput,
  changeUserRole,
  changeUserRoleInput,
  countUsers,
  createFirstAdministrator,
  createFirstAdministratorInput,
  createTeam,
  createTeamInput,
  deleteSavedView,
  deleteSavedViewInput,
  disableUser,
  disableUserInput,
  getInvitation,
  inviteUser,
  inviteUserInput,
  listInvitations,
  listSavedViews,
  listSavedViewsInput,
  listTeams,
  listUsers,
  revokeInvitation,
  revokeInvitationInput,
  saveView,
  saveViewInput,
} from "@trellis/core/identity/index.ts";
import { z } from "zod";
import { procedure, router } from "../trpc.ts";

export const identityRouter = router({
  /** Whether the first administrator must still be made. */
  setupState: procedure("public").query(async ({ ctx }) => ({ needsAdministrator: (await countUsers(ctx.core)) === 0 })),
  createFirstAdministrator: procedure("public")
    .input(createFirstAdministratorInput)
    .mutation(({ ctx, input }) => createFirstAdministrator(ctx.core, input)),
  invitation: procedure("public")
    .input(z.object({ token: z.string().min(1) }))
    .query(({ ctx, input }) => getInvitation(ctx.core, input.token)),
  acceptInvitation: procedure("public")
    .input(acceptInvitationInput)
    .mutation(({ ctx, input }) => acceptInvitation(ctx.core, input)),
  login: procedure("public", "POST /login", "Exchange e-mail and password for an access token")
    .input(z.object({ email: z.email(), password: z.string().min(1), tokenName: z.string().trim().min(1).max(32).default("trellis login") }))
    .mutation(async ({ ctx, input }) => {
      const { token, actor } = await ctx.services.tokens.signIn(ctx.core, input);
      return { token, user: { name: actor.name, email: actor.email, role: actor.role } };
    }),
  me: procedure("signed-in", "GET /me", "Who the token belongs to").query(({ ctx }) => {
    const { actor } = ctx.core;
    return actor.kind === "user" ? { id: actor.userId, name: actor.name, email: actor.email, role: actor.role } : null;
  }),
  users: procedure("platform.read", "GET /users", "People")
    .input(z.object({ cursor: z.string().optional() }).default({}))
    .query(({ ctx, input }) => listUsers(ctx.core, input)),
  changeRole: procedure("user.manage", "PUT /users/{userId}/role", "Give a person another role")
    .input(changeUserRoleInput)
    .mutation(({ ctx, input }) => changeUserRole(ctx.core, input)),
  disable: procedure("user.manage", "PUT /users/{userId}/disabled", "Close or reopen an account")
    .input(disableUserInput)
    .mutation(({ ctx, input }) => disableUser(ctx.core, input)),
  invitations: procedure("user.manage", "GET /invitations", "Open invitations").query(({ ctx }) => listInvitations(ctx.core)),
  invite: procedure("user.manage", "POST /invitations", "Invite a person; the answer holds the token of the link")
    .input(inviteUserInput)
    .mutation(({ ctx, input }) => inviteUser(ctx.core, input)),
  revokeInvitation: procedure("user.manage", "DELETE /invitations/{id}", "Make an invitation useless")
    .input(revokeInvitationInput)
    .mutation(({ ctx, input }) => revokeInvitation(ctx.core, input)),
  teams: procedure("platform.read", "GET /teams", "Teams").query(({ ctx }) => listTeams(ctx.core)),
  createTeam: procedure("user.manage", "POST /teams", "Make a team")
    .input(createTeamInput)
    .mutation(({ ctx, input }) => createTeam(ctx.core, input)),
  tokens: procedure("signed-in", "GET /tokens", "Your access tokens").query(({ ctx }) => ctx.services.tokens.list(ctx.core)),
  createToken: procedure("signed-in", "POST /tokens", "Make an access token; it is shown once")
    .input(createTokenInput)
    .mutation(({ ctx, input }) => ctx.services.tokens.create(ctx.core, input)),
  revokeToken: procedure("signed-in", "DELETE /tokens/{id}", "Revoke an access token")
    .input(z.object({ id: z.string().min(1) }))
    .mutation(({ ctx, input }) => ctx.services.tokens.revoke(ctx.core, input)),
  savedViews: procedure("signed-in", "GET /saved-views", "Your named states of a page")
    .input(listSavedViewsInput)
    .query(({ ctx, input }) => listSavedViews(ctx.core, input)),
  saveView: procedure("signed-in", "POST /saved-views", "Give the state of a page a name")
    .input(saveViewInput)
    .mutation(({ ctx, input }) => saveView(ctx.core, input)),
  deleteSavedView: procedure("signed-in", "DELETE /saved-views/{id}", "Forget a named state of a page")
    .input(deleteSavedViewInput)
    .mutation(({ ctx, input }) => deleteSavedView(ctx.core, input)),
});
