/** How much more the first of many places gets than the last one. With fewer places the difference is smaller. */
function steepness(places: number): number {
  return Math.min(1_000, 2 * places);
}

/** A place below `places` for a number below 1, the first places far more often: Zipf's law, with a blunt top. */
export function longTail(places: number, unit: number): number {
  const steep = steepness(places);
  const share = ((1 + steep) ** unit - 1) / steep;
  return Math.min(places - 1, Math.floor(share * places));
}

/**
 * Shares `total` things among places by the same law, with at most `most` for each, and so less steeply where that is
 * little. Answers how many go to the places before one: what a place gets is the difference to the next, so that
 * nothing has to be counted.
 */
export function sharing(total: number, places: number, most: number): (place: number) => number {
  let steep = steepness(places);
  const first = () => (total * Math.log1p(steep / places)) / Math.log1p(steep);
  while (first() > most && steep > 1e-9) steep /= 1.25;
  const isEven = first() > most;
  return (place) => {
    if (place >= places) return total;
    // In this order, since a whole number for each place stays one.
    if (isEven) return Math.floor((total / places) * place);
    return Math.floor((total * Math.log1p((steep * place) / places)) / Math.log1p(steep));
  };
}
