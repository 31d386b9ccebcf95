import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ROLES } from "../../kernel/context.ts";
import { judge, PERMISSIONS, type Permission, type ProjectRelation } from "./permissions.ts";

const internal = (member: ProjectRelation["member"]): ProjectRelation => ({ visibility: "internal", member });
const hiddenProject = (member: ProjectRelation["member"]): ProjectRelation => ({ visibility: "private", member });
const permissions = Object.keys(PERMISSIONS) as Permission[];

describe("judge", () => {
  it("lets everyone read an internal project and only members write to it", () => {
    expect(judge("viewer", "project.read", internal(null))).toBe("allowed");
    expect(judge("data_scientist", "project.write", internal(null))).toBe("forbidden");
    expect(judge("data_scientist", "project.write", internal("contributor"))).toBe("allowed");
    expect(judge("data_scientist", "project.manage", internal("contributor"))).toBe("forbidden");
    expect(judge("data_scientist", "project.manage", internal("owner"))).toBe("allowed");
  });

  it("keeps a viewer from writing even as a member", () => {
    expect(judge("viewer", "project.write", internal("owner"))).toBe("forbidden");
  });

  it("hides a private project from people outside it, whatever they ask", () => {
    for (const permission of permissions) expect(judge("approver", permission, hiddenProject(null))).toBe("hidden");
    expect(judge("approver", "change-request.decide", hiddenProject("contributor"))).toBe("allowed");
  });

  it("lets an administrator do everything", () => {
    for (const permission of permissions) expect(judge("admin", permission, hiddenProject(null))).toBe("allowed");
  });

  it("never gives a weaker role more than a stronger one", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...permissions),
        fc.constantFrom("internal" as const, "private" as const),
        fc.constantFrom("owner" as const, "contributor" as const, null),
        fc.integer({ min: 0, max: ROLES.length - 2 }),
        (permission, visibility, member, index) => {
          const weaker = judge(ROLES[index] ?? "viewer", permission, { visibility, member });
          const stronger = judge(ROLES[index + 1] ?? "admin", permission, { visibility, member });
          if (weaker === "allowed") expect(stronger).toBe("allowed");
        },
      ),
    );
  });
});
