# The CPU-bound mix: run by the machine's own Python and by ours, unchanged. Prints the best of five
# rounds of each benchmark in nanoseconds, as JSON.
import json
import re
from time import perf_counter_ns


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def bench_fib():
    assert fib(23) == 28657


def bench_dict_str():
    counts = {}
    for i in range(60_000):
        key = "key-" + str(i % 997)
        counts[key] = counts.get(key, 0) + len(key.upper().replace("KEY", "k"))
    assert len(counts) == 997


RECORD = [{"id": i, "name": f"name {i}", "tags": ["a", "b", "c"], "score": i / 7} for i in range(300)]


def bench_json():
    text = json.dumps(RECORD)
    for _ in range(8):
        assert len(json.loads(text)) == 300
        text = json.dumps(json.loads(text), sort_keys=True)


LOG = "\n".join(f"2026-11-{i % 28 + 1:02} host{i} GET /path/{i}?q={i * 7} 200 {i}ms" for i in range(1500))
PATTERN = re.compile(r"^(\d{4})-(\d\d)-(\d\d) (\w+) (GET|POST) (\S+) (\d{3}) (\d+)ms$", re.M)


def bench_regex():
    assert sum(int(match.group(8)) for match in PATTERN.finditer(LOG)) == 1124250
    assert len(re.sub(r"host(\d+)", r"<\1>", LOG)) > 0


def bench_nbody():
    bodies = [[i * 1.1, i * 0.7, i * 0.3, 0.01 * i, 0.02, 0.03 * i, 1.0 + i] for i in range(5)]
    for _ in range(1200):
        for i, a in enumerate(bodies):
            for b in bodies[i + 1 :]:
                dx, dy, dz = a[0] - b[0], a[1] - b[1], a[2] - b[2]
                force = 0.001 / ((dx * dx + dy * dy + dz * dz + 0.01) ** 1.5)
                for axis, delta in enumerate((dx, dy, dz)):
                    a[3 + axis] -= delta * b[6] * force
                    b[3 + axis] += delta * a[6] * force
        for body in bodies:
            for axis in range(3):
                body[axis] += 0.001 * body[3 + axis]


def best(function, rounds=5):
    times = []
    for _ in range(rounds):
        started = perf_counter_ns()
        function()
        times.append(perf_counter_ns() - started)
    return min(times)


BENCHES = (bench_fib, bench_dict_str, bench_json, bench_regex, bench_nbody)
print(json.dumps({bench.__name__.removeprefix("bench_"): best(bench) for bench in BENCHES}))
