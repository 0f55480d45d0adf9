"""How the cost of an event grows: the server's processor for each, from 10 to 5,000 clients and 1 to 100 rooms.

Measured as in fanout.py. A row is a number of rooms, a column a number of clients. `--draw FILE.svg` draws it.
"""

from __future__ import annotations

from pathlib import Path

from dashboard.bench import dialect
from dashboard.bench.crowd import Crowd
from dashboard.bench.figures import delivered, ticks_of
from dashboard.bench.server import THROUGHPUT, harness
from tests.bench.crowds import bench, doubts, options
from tests.bench.curves import Curve, draw

CLIENTS = (10, 100, 1000, 5000)
#: Ticks of a measurement: a few clients in one room would else be given a hundred thousand.
MOST = 3000


def main() -> None:
    parser = options(__doc__, clients=max(CLIENTS), rooms="1,10,100", seconds=2)
    parser.add_argument("--draw", type=Path, help="an SVG file for the curves")
    arguments = parser.parse_args()
    sizes = [one for one in CLIENTS if one < arguments.clients] + [arguments.clients]
    with bench("growth", arguments, arguments.clients) as cores:
        curves = []
        print("           " + "".join(f"{size:>12,}" for size in sizes) + "  clients")
        for rooms in map(int, arguments.rooms.split(",")):
            points, remarks = [], ""
            with harness(THROUGHPUT, cores.server, unpaced=True) as server:
                metrics = server.do("declare", rooms=rooms, size=arguments.size)
                with Crowd(server.port, dialect.plotroom(metrics)) as crowd:
                    for size in sizes:
                        crowd.grow(size)
                        found = delivered(
                            crowd, size * rooms, ticks_of(server, rooms), server.cpu, arguments.seconds, MOST
                        )
                        points.append((size, 1e6 * found.cpu))
                        remarks += doubts(found)
            cells = "".join(f"{cost:9.2f} us" for _, cost in points)
            print(f"  {rooms:4} rooms  {cells}{remarks}", flush=True)
            curves.append(Curve(f"{rooms} {'room' if rooms == 1 else 'rooms'}", points))
    if arguments.draw is not None:
        drawn = draw(curves, "Processor for each delivered event", "clients", "µs")
        arguments.draw.write_text(drawn, encoding="utf-8")


if __name__ == "__main__":
    main()
