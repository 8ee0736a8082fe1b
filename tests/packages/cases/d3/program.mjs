import { ascending, bin, bisector, cross, cumsum, descending, deviation, extent, group, histogram, index, intersection, max, mean, median, quantile, range, rollup, scan, shuffler, sum, ticks, transpose, variance } from 'd3-array';
import { scaleBand, scaleDiverging, scaleLinear, scaleLog, scaleOrdinal, scalePoint, scalePow, scaleQuantile, scaleQuantize, scaleSequential, scaleSymlog, scaleThreshold, scaleTime, scaleUtc, tickFormat } from 'd3-scale';
import { arc, area, curveBasis, curveCardinal, curveMonotoneX, curveStep, line, pie, stack, symbol, symbolStar } from 'd3-shape';

const show = (...values) => console.log(JSON.stringify(values));
const data = [{ k: 'a', v: 3 }, { k: 'b', v: 1 }, { k: 'a', v: 8 }, { k: 'c', v: 5 }];
show(extent(data, (d) => d.v), mean([1, 2, 4]), median([5, 1, 3]), deviation([1, 2, 3, 4]).toFixed(6), variance([1, 2, 3]), quantile([1, 2, 3, 4], 0.3).toFixed(3), [...cumsum([1, 2, 3])]);
show([...group(data, (d) => d.k)].map(([k, all]) => [k, all.length]), [...rollup(data, (all) => sum(all, (d) => d.v), (d) => d.k)], index(data, (d) => d.v).get(8).k, cross([1, 2], ['x', 'y']), transpose([[1, 2], [3, 4]]));
show(bisector((d) => d.v).left([...data].sort((a, b) => ascending(a.v, b.v)), 4), scan([3, 1, 2]), [...[3, 1, 2]].sort(descending), ticks(0, 1, 5), range(0, 1, 0.25), [...intersection([1, 2, 3], [2, 3])], max([]) ?? 'none', histogram === bin);
show(bin().domain([0, 10]).thresholds(4)([1, 2, 2, 5, 9]).map((one) => [one.x0, one.x1, one.length]), shuffler(() => 0.3)([1, 2, 3, 4, 5]));

const linear = scaleLinear([0, 100], [0, 1]).nice();
show(linear(25), linear.invert(0.5), linear.ticks(4), linear.clamp(true)(200), scaleLinear([0, 1], ['red', 'rgba(0, 0, 255, 0.5)'])(0.5), linear.tickFormat(5, '+%')(0.5), tickFormat(0, 1e6, 4, 's')(250000));
show(scaleLog([1, 1000], [0, 3])(10).toFixed(4), scaleLog().domain([1, 100]).ticks(3), scalePow().exponent(2).domain([0, 4]).range([0, 16])(3), scaleSymlog([-10, 10], [0, 1])(0), scaleSequential([0, 10], (t) => t * t)(5), scaleDiverging([-1, 0, 1], (t) => t)(0.5));
const band = scaleBand(['a', 'b', 'c'], [0, 120]).padding(0.2);
show(band('b').toFixed(4), band.bandwidth().toFixed(4), scalePoint(['x', 'y'], [0, 10]).step(), scaleOrdinal(['p', 'q'])('z'), scaleQuantize([0, 10], ['l', 'm', 'h'])(4), scaleQuantile([1, 2, 3, 4, 100], [0, 1])(3), scaleThreshold([1, 5], ['a', 'b', 'c'])(3), scaleQuantize([0, 10], ['l', 'm', 'h']).invertExtent('m').map((x) => x.toFixed(2)));
const utc = scaleUtc([new Date(Date.UTC(2024, 0, 1)), new Date(Date.UTC(2024, 11, 31))], [0, 365]);
show(utc(new Date(Date.UTC(2024, 1, 29))), utc.invert(10), utc.ticks(4), utc.ticks(4).map(utc.tickFormat()), scaleTime([0, 1000], [0, 1]).nice()(500));

const points = [[0, 0], [10, 5.5], [20, -3], [30, 8]];
for (const curve of [undefined, curveBasis, curveCardinal, curveMonotoneX, curveStep]) console.log((curve ? line().curve(curve) : line()).digits(2)(points));
console.log(area().y0(0).defined(([x]) => x !== 20)(points), line().digits(3).x((d) => d.v).y((_, i) => i / 3)(data));
console.log(arc().digits(3)({ innerRadius: 5, outerRadius: 10, startAngle: 0, endAngle: Math.PI / 3, padAngle: 0.02 }), symbol(symbolStar, 50).digits(2)());
show(pie().value((d) => d.v)(data).map(({ index: at, startAngle }) => [at, startAngle.toFixed(4)]), stack().keys(['x', 'y'])([{ x: 1, y: 2 }, { x: 3, y: 4 }]).map((series) => [series.key, ...series.map((pair) => [...pair])]));
