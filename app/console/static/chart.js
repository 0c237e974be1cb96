/** Charts by uPlot, in the page's own colours; drawn anew when these or the width change. */

const HEIGHT = 220;
const COLOURS = ["--accent", "--warm"];

/** @param {string} name @returns {string} */
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** @param {number} seconds */
const clock = (seconds) =>
  `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

const KINDS = {
  /* By day: bars would hide one another, so lines with points. */
  days: () => ({
    scales: { x: { time: true }, y: { range: (_u, _min, max) => [0, Math.max(1, max)] } },
    axes: [{}, { size: 60 }],
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1e3), "UTC"),
    value: (value) => value,
  }),
  /* Share of plays by part of the medium; in minutes where its length is known. */
  curve: ({ duration }) => ({
    scales: { x: { time: false, range: [0, 100] }, y: { range: [0, 100] } },
    axes: [
      {
        values: (_u, marks) =>
          marks.map((mark) => (duration ? clock((mark * duration) / 100) : `${mark} %`)),
      },
      { size: 60, values: (_u, marks) => marks.map((mark) => `${mark} %`) },
    ],
    value: (value) => `${value} %`,
  }),
};

/** @param {number | null} part */
const shown = (part) => (part == null ? "–" : `${part} %`);

/** @param {any} data @param {number} width */
const options = (data, width) => {
  const { scales, axes, value, tzDate } = KINDS[data.kind](data);
  const line = { stroke: colour("--line"), width: 1 };
  return {
    width,
    height: HEIGHT,
    scales,
    ...(tzDate ? { tzDate } : {}),
    cursor: { drag: { x: false, y: false } },
    axes: axes.map((axis) => ({ stroke: colour("--soft"), grid: line, ticks: line, ...axis })),
    series: [
      data.kind === "curve" ? { label: "Part", value: (_u, part) => shown(part) } : { label: "Day" },
      ...data.series.map(({ label }, place) => ({
        label,
        stroke: colour(COLOURS[place]),
        width: 2,
        fill: place ? undefined : `${colour(COLOURS[place])}22`,
        points: { show: data.kind === "days" },
        value: (_u, given) => (given == null ? "–" : value(given)),
      })),
    ],
  };
};

/** @param {HTMLElement} place with what is to be shown in `data-chart` */
export const draw = (place) => {
  const data = JSON.parse(place.dataset.chart);
  const figures = [data.x, ...data.series.map(({ values }) => values)];
  let chart;
  let width = 0;
  const anew = () => {
    chart?.destroy();
    width = place.clientWidth;
    chart = new uPlot(options(data, width), figures, place);
  };
  anew();
  new ResizeObserver(() => place.clientWidth === width || anew()).observe(place);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", anew);
};
