// `bun:jsc`: what of it makes sense on another engine.
import process from 'node:process';
import * as v8 from 'node:v8';

export const gcAndSweep = () => heapSize();
export const fullGC = () => heapSize();
export const edenGC = () => heapSize();
export const heapSize = () => process.memoryUsage().heapUsed;
export const memoryUsage = () => {
  const { rss } = process.memoryUsage();
  return { current: rss, peak: rss, currentCommit: rss, peakCommit: rss, pageFaults: 0 };
};
export const serialize = (value) => new Uint8Array(v8.serialize(value)).buffer;
export const deserialize = (data) => v8.deserialize(Buffer.from(data));
export const isRope = () => false;

function absent(name) {
  return () => {
    throw new Error(`${name} of bun:jsc is not supported: this runtime has another engine`);
  };
}
export const heapStats = absent('heapStats');
export const jscDescribe = absent('jscDescribe');
export const describe = jscDescribe;
export const profile = absent('profile');
export const startSamplingProfiler = absent('startSamplingProfiler');
export const setTimeZone = (zone) => {
  process.env.TZ = zone;
  return zone;
};
