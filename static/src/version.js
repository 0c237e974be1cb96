/** The product's version, as app/__init__.py states it: written by build.mjs. */
export const VERSION = "0.1.0";
