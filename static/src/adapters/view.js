/** Measures and names what plays: loaded with the first player that stands in the page. */

import { follow } from "../measuring/player.js";
import { declareAd } from "../measuring/roles.js";
import { describe } from "../naming/medium.js";

export default { declareAd, describe, follow };
