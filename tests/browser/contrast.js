// Texts whose contrast with the background behind them is below 4.5 (WCAG 2.2, AA), with their ratio.
() => {
  const parts = (color) => color.match(/[\d.]+/g).map(Number);
  const linear = (value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  };
  const luminance = (color) => {
    const [red, green, blue] = parts(color).map(linear);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = getComputedStyle(at).backgroundColor;
      if (parts(color)[3] !== 0) return color;
    }
    return "rgb(255, 255, 255)";
  };
  const hasText = (element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  return [...document.querySelectorAll("body *")]
    .filter((element) => !element.closest("svg") && hasText(element))
    .map((element) => {
      const [one, other] = [luminance(getComputedStyle(element).color), luminance(behind(element))];
      return [(Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05), element.outerHTML.slice(0, 80)];
    })
    .filter(([ratio]) => ratio < 4.5);
};
