/** Measures what plays, and names it where that is plain: loaded with the first player that stands in the page. */

import { follow } from "../measuring/player.js";

export default { follow };
