/** What a page may say of a medium. What it leaves out is found, or asked of the relay's catalogue. */
export interface Medium {
  /** HubSpot's id of the media object. */
  mediaBridgeId?: number;
  /** Your own id. */
  externalId?: string;
  /** Its address; by default the one the player plays. */
  mediaUrl?: string;
  mediaName?: string;
  mediaType?: "AUDIO" | "DOCUMENT" | "IMAGE" | "OTHER" | "VIDEO";
}

/** One play of a player of any kind. At least one of the medium's ids or its address is needed. */
export interface Play extends Medium {
  /** Made and kept in the object, if missing. */
  sessionId?: string;
  /** Seconds. */
  duration?: number;
  /** How much was seen at least once, 0 to 100. A jump adds nothing. */
  playedPercent?: number;
  /** How often each of up to a hundred equal spans was watched: [times, how many spans on end]. */
  watched?: [times: number, spans: number][];
  ended?: boolean;
  pageUrl?: string;
  pageName?: string;
  pageId?: number;
}

export interface Playrelay {
  /** Watches a media element, even one that looks like decoration, and says what it plays. */
  watch(element: HTMLMediaElement, medium?: Medium): void;
  /** Tells of any other player. Pass the same object again whenever there is news of the play. */
  progress(play: Play, element?: Element): void;
  /** The visitor's word. `false` wipes what was kept and not sent yet. */
  consent(granted: boolean): void;
  /** The visitor has submitted a form: HubSpot knows who it is. HubSpot's own forms say so themselves. */
  identified(): void;
  /** Whether an advertisement runs on a player, or in what is inside an element: it is no view. */
  ad(element: Element, runs: boolean): void;
  /** A contact as the site's own server knows it, with that server's signature. */
  identify(contact: { contactId: number; signature: string }): void;
}

export interface Options {
  /** The relay's address, such as https://relay.example.com */
  relay: string;
  /** Whose word allows storing and sending; `auto` by default. */
  consent?: "auto" | "hubspot" | "manual" | "none";
  /** The page is where a mail's player leads. */
  context?: "EMAIL";
  /** The HubSpot account whose `hsVars` may be believed. */
  portal?: string;
  /** Tells the relay which of its sites this is, where it serves several. */
  site?: string;
  /** Present: Do Not Track is honoured. */
  dnt?: string;
  /** Present: the console hears of what happens, and of what doesn't and why. */
  debug?: string;
}

/** Starts the tracker, once; later calls return what the first one made. */
export function playrelay(options: Options): Playrelay;

/** What `playrelay:…` events carry as `detail`. */
export interface PlayState extends Play {
  milestone?: 25 | 50 | 75 | 100;
}

declare global {
  interface HTMLElementEventMap {
    "playrelay:start": CustomEvent<PlayState>;
    "playrelay:progress": CustomEvent<PlayState>;
    "playrelay:milestone": CustomEvent<PlayState>;
    "playrelay:complete": CustomEvent<PlayState>;
    "playrelay:beforesend": CustomEvent<PlayState>;
  }
  interface Window {
    playrelay?: Playrelay;
  }
}
