// HubSpot's own client for Node, which knows OAuth v1: fresh tokens from `node tokens.mjs ADDRESS
// REFRESH_TOKEN`, as JSON, and what is said of a secret that is none.
import { Client } from "@hubspot/api-client";

const [basePath, refreshToken] = process.argv.slice(2);
const { tokensApi } = new Client({ basePath }).oauth;
/** @param {string} secret */
const refresh = (secret) =>
  tokensApi.create("refresh_token", undefined, undefined, "sandbox-client", secret, refreshToken);

const issued = await refresh("sandbox-client-secret");
const refused = await refresh("another").catch((error) => error);
console.log(
  JSON.stringify({
    issued: { accessToken: issued.accessToken, expiresIn: issued.expiresIn },
    refused: refused.code,
  }),
);
