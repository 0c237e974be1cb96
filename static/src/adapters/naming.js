/** Names what plays, in all the words that may stand around it: loaded where there are some. */

import { authored, describe } from "../naming/medium.js";

export default { authored, describe };
