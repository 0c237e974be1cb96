/**
 * Who is watching: HubSpot's cookie, as HubSpot's own script would set it. The sandbox takes a
 * usertoken with an even last digit for a contact's, any other for a stranger's.
 */

const DAY = 86_400;
const LAST_DIGIT = { contact: "0", stranger: "1" };

const stem = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  )
    .join("")
    .slice(1);

/**
 * Becomes whom the address asks for (`?visitor=`), stays whom the cookie names, or is a contact.
 * The address changes the visitor, not a click: so the play that goes on until the page is left
 * is still the former visitor's.
 * @returns {"contact" | "stranger"}
 */
export const become = () => {
  const cookie = document.cookie.match(/(?:^|; )hubspotutk=([0-9a-f]{31})([0-9a-f])(?:;|$)/);
  const asked = new URLSearchParams(location.search).get("visitor");
  const known = cookie && (parseInt(cookie[2], 16) % 2 ? "stranger" : "contact");
  const visitor = asked === "contact" || asked === "stranger" ? asked : known || "contact";
  if (visitor !== known) {
    const utk = (cookie ? cookie[1] : stem()) + LAST_DIGIT[visitor];
    const { pathname } = new URL("..", import.meta.url); // of the relay, which may be below a path
    document.cookie = `hubspotutk=${utk}; path=${pathname}; max-age=${DAY}; samesite=lax`;
  }
  if (asked !== null) history.replaceState(null, "", location.pathname);
  return visitor;
};
