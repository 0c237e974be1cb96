/* Before the script, where calls must not wait for it: queues them. */
(function (w, q) {
  w.playrelay =
    w.playrelay ||
    ["watch", "progress", "consent", "identify"].reduce(
      function (p, n) {
        p[n] = function () {
          q.push([n, arguments]);
        };
        return p;
      },
      { q: q },
    );
})(window, []);
