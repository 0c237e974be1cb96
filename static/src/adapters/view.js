/** Measures and names what plays: loaded with the first player that stands in the page. */

import { follow } from "../measuring/player.js";
import { declareAd } from "../measuring/roles.js";
import { completePlay } from "../naming/visit.js";
import { describe } from "../naming/medium.js";

export default { completePlay, declareAd, describe, follow };
