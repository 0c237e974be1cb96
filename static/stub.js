/* Before the script, where calls must not wait for it: queues them. An element may have the id `playrelay`. */
(function (w, q) {
  function queued(n) {
    return function () {
      q.push([n, arguments]);
    };
  }
  if (!w.playrelay || !w.playrelay.watch)
    w.playrelay = {
      q: q,
      ad: queued("ad"),
      consent: queued("consent"),
      identified: queued("identified"),
      identify: queued("identify"),
      progress: queued("progress"),
      watch: queued("watch"),
    };
})(window, []);
