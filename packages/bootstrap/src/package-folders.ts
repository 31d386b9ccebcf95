import path from "node:path";

const PACKAGES = path.join(import.meta.dirname, "../..");

/** `src` folder of the Python client: on PYTHONPATH of every step and of every served model. */
export const CLIENT_FOLDER = path.join(PACKAGES, "python-client/src");

/** The templates that come with the portal, one folder each. */
export const TEMPLATES_FOLDER = path.join(PACKAGES, "templates");
