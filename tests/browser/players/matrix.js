/**
 * What the tests ask of every page of the matrix, whatever plays there. A page that plays otherwise
 * says so by putting functions of its own in the place of these.
 */
window.matrix = {
    rate: 16,

    /** What plays: a media element, or what behaves like one. */
    player: () => document.querySelector("video, audio"),

    /** Begins to play, as the visitor's click does. */
    start: () => matrix.player()?.play(),

    pause: () => matrix.player().pause(),

    /** Whether it can be begun. */
    ready: () => matrix.player()?.readyState > 0,

    /** How far it has come (seconds). */
    position: () => (matrix.player().ended ? Infinity : matrix.player().currentTime),

    /** Called again and again while it plays. */
    hurry() {
        const player = matrix.player();
        if (player.playbackRate != matrix.rate) player.playbackRate = matrix.rate;
    },

    /** The share that was truly played, in percent: by the browser's own ranges. */
    share() {
        const { played, duration } = matrix.player();
        let seconds = 0;
        for (let i = 0; i < played.length; i++) seconds += played.end(i) - played.start(i);
        return (seconds / duration) * 100;
    },

    /** What the player says of itself, for whoever waits in vain. */
    state() {
        const { currentTime, duration, ended, error, paused, playbackRate, readyState } = matrix.player() ?? {};
        return JSON.stringify({ currentTime, duration, ended, error: error?.message, paused, playbackRate, readyState });
    },

    /** Waits for something to come true; in vain after forty seconds. */
    async until(condition) {
        for (let i = 0; !condition(); i++) {
            if (i == 8000) throw new Error(`in vain: ${condition}; ${matrix.state()}`);
            await new Promise((resolve) => setTimeout(resolve, 5));
        }
    },

    /** Plays to a position (seconds) and pauses there; returns the share. */
    async playTo(seconds) {
        await matrix.until(matrix.ready);
        let begun = false;
        Promise.resolve(matrix.start()).then(() => (begun = true)); // never, where nothing loads
        await matrix.until(() => begun);
        await matrix.until(() => {
            matrix.hurry();
            return matrix.position() >= seconds;
        });
        matrix.pause();
        return matrix.share();
    },
};

addEventListener("playrelay:progress", () => (matrix.told = true));
