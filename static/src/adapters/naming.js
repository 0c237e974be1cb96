/** Names what plays, in all the words that may stand around it: loaded where there are some. */

import { authored, describe } from "../naming/medium.js";
import { nameSource } from "../naming/source.js";

export default { authored, describe, nameSource };
