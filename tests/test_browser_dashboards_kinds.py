"""What a dashboard of one's own may hold: each kind of panel, figures of Plotly, variables, very much, and a phone."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

from tests.boards import cover, edit, farm, keep, kept, open_board, panel_of, save, shown
from tests.pages import PATIENCE, open_live, until, wait_for_badge
from tests.server import Server

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

HOSTS = ("ash", "birch", "cedar")
HOST = [{"name": "host", "label": "Host", "metric": "farm.load", "of": "host"}]
LEVELS = [{"value": 50, "level": "warn"}, {"value": 80, "level": "bad"}]
PHONE: dict[str, Any] = {  # Any: what Playwright takes
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
    "device_scale_factor": 2,
}

HOLE = "document.querySelector('#p1 .canvas').layout.polar.hole"
#: The series that a chart shows, by its id.
SERIES = """id => {
    const { data = [] } = document.getElementById(id).querySelector('.canvas').drawn ?? {};
    return data.map(one => one.name).filter(Boolean).join();
}"""

#: What a chart has drawn: the names of its traces, and how many points the first has.
DRAWN = """id => {
    const { data } = document.getElementById(id)?.querySelector('.canvas').drawn ?? {};
    return data && [data[0].type ?? 'scatter', data[0].fill ?? data[0].stackgroup ?? '', data.map(one => one.name)];
}"""


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for these tests, each of which has dashboards of its own."""
    with farm(tmp_path_factory.mktemp("farm") / "home") as one:
        yield one


def drawn(page: Page, panel: str) -> list[Any]:  # Any: JSON
    until(page, f"id => Boolean(({DRAWN})(id))", panel)
    found: list[Any] = page.evaluate(DRAWN, panel)
    return found


@pytest.mark.parametrize(
    ("kind", "type_", "fill"),
    [
        ("auto", "scatter", ""),
        ("line", "scatter", ""),
        ("area", "scatter", "tozeroy"),
        ("stacked", "scatter", "all"),
        ("bars", "bar", ""),
        ("heatmap", "heatmap", ""),
        ("histogram", "histogram", ""),
    ],
)
def test_a_chart_of_each_kind(room: Server, page: Page, kind: str, type_: str, fill: str) -> None:
    """A metric is drawn as its panel says, whatever it declares itself, and only the series that are meant."""
    keep(room, f"chart-{kind}", panel_of(1, 0, 0, 6, 4, kind=kind, metric="farm.load", only={"host": ["ash", "cedar"]}))
    open_board(page, room, f"chart-{kind}")
    found, filled, names = drawn(page, "p1")
    assert (found, filled) == (type_, fill)
    if kind == "heatmap":
        until(page, "() => document.querySelector('#p1 .canvas').drawn.data[0].y.join() === 'ash,cedar'")
    else:
        assert [name for name in names if name] == ["ash", "cedar"]


def test_a_histogram_is_of_the_span_that_is_looked_at(room: Server, page: Page) -> None:
    """It has no axis of time, but is of the samples of a span; live again, it is of the newest."""
    keep(room, "spread", panel_of(1, 0, 0, 6, 4, kind="histogram", metric="clock.now"))
    now = time.time()
    # The value of this metric is when it was sampled, in seconds modulo 900: how many are they after `now`?
    drawn_of = "document.querySelector('#p1 .canvas').drawn?.data[0].x ?? []"
    after = f"Array.from({drawn_of}, x => (x - now % 900 + 1350) % 900 - 450)"
    open_board(page, room, "spread", "?window=1m")
    until(page, f"now => {after}.some(x => x > 1)", now)
    span = [datetime.fromtimestamp(now + away, UTC).isoformat(timespec="milliseconds") for away in (-0.5, 0.5)]
    open_board(page, room, "spread", f"?{urlencode({'from': span[0], 'to': span[1]})}")
    until(page, f"now => {after}.length > 1 && {after}.every(x => Math.abs(x) < 1)", now)
    assert page.locator("#p1 .chip", has_text="latest").count() == 0
    page.keyboard.press("Escape")
    until(page, f"now => {after}.some(x => x > 1)", now)


def test_a_single_value(room: Server, page: Page) -> None:
    """One number in its unit, of the series that are meant, in the colour of its level, with its line."""
    keep(
        room,
        "value",
        panel_of(1, 0, 0, 3, 2, kind="value", metric="farm.load", only={"host": ["cedar"]}, thresholds=LEVELS),
        panel_of(2, 3, 0, 3, 2, kind="value", metric="farm.load"),
    )
    open_board(page, room, "value")
    until(page, "() => document.querySelector('#p1 .v').innerText === '90.0%'")
    assert page.locator("#p1 .v").get_attribute("class") == "v bad"
    # The mean of three: their sum would say nothing of a percentage.
    until(page, "() => document.querySelector('#p2 .v').innerText === '56.7%'")
    until(
        page,
        """() => {
        const canvas = document.querySelector('#p1 canvas');
        return canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some(part => part > 0);
    }""",
    )


def test_what_keeps_data_away_is_told_by_each_kind(room: Server, page: Page) -> None:
    """A panel without a sample says why its collector has none, in whatever way it would show them."""
    kinds = ("line", "value", "gauge", "table", "timeline")
    panels = [panel_of(at, 0, 3 * at, 6, 3, kind=kind, metric="buoy.waves") for at, kind in enumerate(kinds)]
    figure = {"data": [{"type": "bar"}], "layout": {}}
    panels += [panel_of(5, 0, 15, 6, 3, kind="figure", figure=figure, bind={"y": "buoy.waves"})]
    keep(room, "ails", *panels, panel_of(9, 6, 0, 6, 3, kind="line", metric="farm.load"))
    open_board(page, room, "ails")
    for at in range(len(panels)):
        panel = page.locator(f"#p{at}")
        panel.scroll_into_view_if_needed()
        panel.get_by_text("the buoy is out of reach").wait_for(timeout=PATIENCE)
        assert panel.locator("header .chip").inner_text() == "unavailable"


def test_a_gauge(room: Server, page: Page) -> None:
    """An arc for each series, as long as its part of the whole, in the colour of its level."""
    keep(room, "gauge", panel_of(1, 0, 0, 6, 3, kind="gauge", metric="farm.load", thresholds=LEVELS))
    open_board(page, room, "gauge")
    until(page, "() => document.querySelectorAll('#p1 .dial .arc').length === 3")
    arcs = page.locator("#p1 .dial .arc")
    lengths = [float((arcs.nth(at).get_attribute("stroke-dasharray") or "0").split()[0]) for at in range(3)]
    assert lengths == pytest.approx([20, 60, 90])
    assert [arcs.nth(at).get_attribute("class") for at in range(3)] == ["arc", "arc warn", "arc bad"]
    labels = [page.locator("#p1 .dial").nth(at).get_attribute("aria-label") for at in range(3)]
    assert labels == ["ash: 20.0%", "birch: 60.0%", "cedar: 90.0%"]
    assert page.locator("#p1 .dial").first.locator(".band").count() == 2
    # Nothing of it is cut off.
    inner, outer = page.evaluate("() => [p1.scrollHeight, p1.clientHeight]")
    assert inner <= outer


def test_a_table_of_series(room: Server, page: Page) -> None:
    """Values, least, mean and largest of each series, sorted by any column, both ways; of very many a hundred."""
    keep(
        room,
        "table",
        panel_of(1, 0, 0, 4, 5, kind="table", metric="farm.load", thresholds=LEVELS),
        panel_of(2, 0, 5, 8, 5, kind="table", metric="crowd.size"),
    )
    open_board(page, room, "table")
    names = "() => [...document.querySelectorAll('#p1 tbody th')].map(one => one.innerText).join()"
    until(page, f"() => ({names})() === 'cedar,birch,ash'")
    widths = page.locator("#p1 .scroll").evaluate("one => [one.scrollWidth, one.clientWidth]")
    assert widths[0] == widths[1], "a third of the page shows all of it"
    page.locator("#p1").get_by_role("button", name="max").click()
    until(page, f"() => ({names})() === 'ash,birch,cedar'")
    page.locator("#p1").get_by_role("button", name="Series").click()
    assert page.locator("#p1 th").first.get_attribute("aria-sort") == "ascending"
    until(page, "() => document.querySelector('#p1 tbody td').innerText === '20.0'")
    until(page, "() => document.querySelectorAll('#p2 tbody tr').length === 100")
    assert page.locator("#p2 tbody th").first.inner_text() == "place 499"
    assert page.locator("#p2 .note").inner_text() == "100 of 500 are shown"


def test_a_timeline_of_states(room: Server, page: Page) -> None:
    """Each series has a lane of coloured stretches, and is told in words; other kinds tell of the moment below."""
    keep(
        room,
        "timeline",
        panel_of(1, 0, 0, 8, 4, kind="timeline", metric="farm.state"),
        panel_of(2, 8, 0, 4, 2, kind="value", metric="clock.now"),
        panel_of(3, 8, 2, 4, 2, kind="gauge", metric="clock.now"),
        panel_of(4, 0, 4, 12, 4, kind="table", metric="clock.now"),
    )
    open_board(page, room, "timeline")
    page.keyboard.press("1")
    until(
        page,
        "() => [...document.querySelectorAll('#p1 .legend li')].map(one => one.innerText.trim()).join() === '0,1,2'",
    )
    summary = page.locator("#p1 canvas")
    until(
        page, "() => /State of hosts: ash 0, birch [01], cedar 2/.test(document.querySelector('#p1 canvas').ariaLabel)"
    )
    colours = """() => {
        const canvas = document.querySelector('#p1 canvas');
        const ratio = canvas.width / canvas.clientWidth;
        const pen = canvas.getContext('2d');
        // The newest end of each lane, in the middle of its stretch.
        const at = row => [(canvas.clientWidth - 12) * ratio, (row * 38 + 24) * ratio];
        return [0, 1, 2].map(row => [...pen.getImageData(...at(row), 1, 1).data].join());
    }"""
    until(
        page,
        f"() => {{ const [a, , c] = ({colours})(); return ![c, '0,0,0,0'].includes(a) && c !== '0,0,0,0' }}",
    )
    box = summary.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] - 14, box["y"] + 24)
    told = page.locator("#p1 .told", has_text="ash: 0, ")
    told.wait_for(timeout=PATIENCE)
    # The others tell what was at that moment.
    page.keyboard.press("Space")
    until(
        page,
        """() => {
          const moment = document.querySelector("#p1 .told").innerText.replace("ash: 0, ", "");
          const others = ["#p2 .d", "#p3 header .unit", "#p4 header .unit ~ .unit"];
          return others.every((place) => document.querySelector(place).innerText.includes(moment));
        }""",
    )
    moment = told.inner_text().removeprefix("ash: 0, ")
    seconds = f"Number(document.querySelector('#p2 .v').innerText.replace(/[^0-9.]/g, '')) % 60 - {int(moment[-2:])}"
    until(page, f"() => Math.abs(({seconds} + 90) % 60 - 30) < 2")
    page.mouse.move(1, 1)
    page.locator("#p2 .d", has_text=moment).wait_for(state="detached", timeout=PATIENCE)


def test_a_bound_figure_moves(room: Server, page: Page) -> None:
    """A figure of a kind that the small bundle lacks loads the full one, which follows samples and knows all types."""
    figure = {"data": [{"type": "barpolar", "marker": {"color": "#ed7715"}}], "layout": {"polar": {"hole": 0.2}}}
    bind = {"r": "wind.speed", "theta": "wind.bearing"}
    globe = {"data": [{"type": "scattergeo", "lat": [60, -40], "lon": [-100, 150]}], "layout": {}}
    keep(
        room,
        "figure",
        panel_of(1, 0, 0, 6, 5, kind="figure", figure=figure, bind=bind, title="Wind"),
        panel_of(2, 6, 0, 6, 5, kind="figure", figure=globe, bind={"marker.size": "wind.speed"}),
    )
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    open_board(page, room, "figure")
    data = "document.querySelector('#p1 .canvas').data?.[0]"
    until(page, f"() => {data}?.r?.length > 2")
    assert [one for one in asked if "plotly.full" in one]
    r, theta, colour, hole = page.evaluate(
        f"() => {{ const {{r, theta, marker}} = {data}; return [[...r], [...theta], marker.color, {HOLE}] }}"
    )
    assert (colour, hole) == ("#ed7715", 0.2)
    assert len(r) == len(theta)
    assert all(0 <= speed < 10 for speed in r if speed is not None)
    assert len({*theta}) > 2
    until(page, f"last => {data}.theta.at(-1) !== last", theta[-1])
    reach = "document.querySelector('#p1 .canvas')._fullLayout.polar.radialaxis"
    assert page.evaluate(f"() => {reach}.autorange && {reach}.range[1] >= Math.max(...{data}.r)")
    # A map lies over outlines that are the server's own.
    until(page, "() => document.querySelector('#p2 .layer.coastlines path')?.getAttribute('d')?.length > 1000")
    assert all(one.startswith((room.url, "data:", "blob:")) for one in asked)
    edit(page)
    cover(page, "p1").press("Enter")
    field = page.get_by_role("dialog").get_by_label("Figure, as Plotly's JSON")
    field.fill('{"data": [{"type": "barpoler"}]}')
    field.press("Tab")
    told = page.get_by_role("dialog").get_by_role("alert")
    told.wait_for(timeout=PATIENCE)
    assert told.inner_text() == "Plotly has no trace of type “barpoler”; did you mean “barpolar”?"
    assert '"barpoler"' in field.input_value(), "what was typed stays, to be mended"
    field.fill(json.dumps(figure))
    field.press("Tab")
    told.wait_for(state="detached", timeout=PATIENCE)


def test_a_figure_of_many_series_has_the_newest_of_each(room: Server, page: Page) -> None:
    """Bound to several series, an array has their newest values, and another their labels; one that is away says so."""
    figure = {"data": [{"type": "bar"}], "layout": {"title": {"text": "Load <b>now</b>, 10<sup>30</sup>"}}}
    keep(
        room,
        "newest",
        panel_of(1, 0, 0, 6, 5, kind="figure", figure=figure, bind={"x": "farm.load@host", "y": "farm.load"}),
        panel_of(2, 6, 0, 6, 5, kind="figure", figure=figure, bind={"y": "not.there"}, title="Away"),
    )
    open_board(page, room, "newest")
    until(page, "() => document.querySelector('#p1 .canvas').data?.[0].y?.join() === '20,60,90'")
    assert page.evaluate("() => document.querySelector('#p1 .canvas').data[0].x") == list(HOSTS)
    # Nor does the page's policy refuse what Plotly makes of tags.
    bold = page.locator("#p1 .gtitle tspan", has_text="now")
    assert bold.evaluate("one => getComputedStyle(one).fontWeight") == "700"
    assert page.locator("#p2 .word").inner_text() == "not.there: Its collector is not there now"


def test_variables_choose_and_repeat(room: Server, new_page: Callable[..., Page]) -> None:
    """A variable's values choose series, stand in titles, repeat panels, and are in the address, for others to see."""
    page = new_page()
    keep(
        room,
        "variables",
        panel_of(1, 0, 0, 12, 3, metric="farm.load", title="Load of $host", only={"host": ["$host"]}),
        panel_of(2, 0, 3, 4, 3, metric="farm.heat", title="Heat of $host", only={"host": ["$host"]}, repeat="host"),
        panel_of(3, 0, 6, 12, 2, kind="text", text="About **$host**"),
        variables=HOST,
    )
    open_board(page, room, "variables")
    titles = "() => [...document.querySelectorAll('.cell h3')].map(one => one.innerText).join('|')"
    until(page, f"all => ({titles})() === all", "Load of all|Heat of ash|Heat of birch|Heat of cedar")
    assert shown(page)["p2~cedar"] == [8, 3, 4, 3]
    assert [name for name in drawn(page, "p2~birch")[2] if name] == ["birch"]
    # The choice stands above what it chooses.
    choice, first = page.locator(".chooser").bounding_box(), page.locator("[data-panel=p1]").bounding_box()
    assert choice is not None
    assert first is not None
    assert choice["y"] > 0
    assert choice["y"] + choice["height"] <= first["y"]
    page.locator(".chooser button").first.click()
    for host in ("ash", "cedar"):
        page.get_by_role("option", name=host).click()
    page.keyboard.press("Escape")
    until(page, f"all => ({titles})() === all", "Load of ash, cedar|Heat of ash|Heat of cedar")
    until(page, "() => location.search.includes('var.host=ash,cedar')")
    until(
        page,
        f"() => ({SERIES})('p1') === 'ash,cedar'",
    )
    assert page.locator(".prose strong").inner_text() == "ash, cedar"
    page.locator(".chooser button").first.click()
    page.locator(".chooser .options").wait_for(timeout=PATIENCE)
    page.keyboard.press("Shift+Tab")
    page.locator(".chooser .options").wait_for(state="detached", timeout=PATIENCE)
    other = new_page()
    open_board(other, room, "variables", "?var.host=birch")
    until(other, f"all => ({titles})() === all", "Load of birch|Heat of birch")
    gone = other.context.new_page()
    open_board(gone, room, "variables", "?var.host=oak")
    gone.locator("#p1 .word", has_text="No series is as it was chosen").wait_for(timeout=PATIENCE)
    gone.close()
    assert other.locator(".chooser b").inner_text() == "birch"
    page.locator(".chooser button").first.click()
    page.get_by_role("option", name="all").click()
    until(page, "() => !location.search.includes('var.')")
    until(page, "() => document.querySelectorAll('.cell').length === 5")


def test_what_changes_out_of_sight_is_drawn_anew(room: Server, page: Page) -> None:
    """A chart that was seen, and is scrolled away when something else is chosen, shows that when one comes back."""
    only = {"host": ["$host"]}
    load = [panel_of(n, 0, 6 * n, 12, 6, metric="farm.load", title=f"{n} of $host", only=only) for n in range(8)]
    keep(room, "away", *load, variables=HOST)
    open_board(page, room, "away", "?var.host=ash")
    last = page.locator("#p7")
    last.scroll_into_view_if_needed()
    until(page, f"() => ({SERIES})('p7') === 'ash'")
    page.evaluate("scrollTo(0, 0)")
    page.locator(".chooser button").first.click()
    for host in ("cedar", "ash"):
        page.get_by_role("option", name=host).click()
    page.keyboard.press("Escape")
    until(page, f"() => ({SERIES})('p0') === 'cedar'")
    last.scroll_into_view_if_needed()
    until(page, f"() => ({SERIES})('p7') === 'cedar'")


def test_a_logarithmic_axis_is_kept(room: Server, page: Page) -> None:
    """What a panel says that is not touched on the page is still there after a save."""
    base = keep(room, "decades", panel_of(1, 0, 0, 6, 4, metric="farm.load", log=True))
    open_board(page, room, "decades")
    edit(page)
    page.locator(".edit-bar .title").fill("Decades of load")
    save(page)
    assert base == 1
    saved = kept(room, "decades")["dashboard"]
    assert (saved["title"], saved["panels"][0]["log"]) == ("Decades of load", True)


def test_a_variable_is_made_on_the_page(room: Server, page: Page) -> None:
    """It is made from a metric's label, with what is chosen at first, and repeats a panel once it is saved."""
    keep(room, "made", panel_of(1, 0, 0, 4, 3, metric="farm.load"))
    open_board(page, room, "made")
    edit(page)
    page.locator(".edit-bar").get_by_role("button", name="Variables").click()
    drawer = page.get_by_role("dialog")
    drawer.get_by_role("button", name="Add a variable").click()
    drawer.get_by_label("Values from metric").select_option("farm.load")
    drawer.get_by_label("Name", exact=True).fill("Host!")
    drawer.get_by_label("Name", exact=True).press("Tab")
    first = drawer.get_by_role("group", name="Chosen at first")
    assert first.locator(".on").all_inner_texts() == ["all"]
    for host in ("cedar", "ash"):
        first.get_by_role("button", name=host).click()
    assert first.locator(".on").all_inner_texts() == ["ash", "cedar"]
    assert page.locator(".chooser b").inner_text() == "ash, cedar", "one sees at once what it does"
    page.keyboard.press("Escape")
    cover(page, "p1").press("Enter")
    drawer.get_by_role("button", name="$host").click()
    drawer.get_by_label("Repeat for each").select_option("host")
    page.keyboard.press("Escape")
    until(page, "() => document.querySelectorAll('.cell').length === 1")
    save(page)
    until(page, "() => document.querySelectorAll('.cell').length === 2")
    made = kept(room, "made")["dashboard"]
    assert (made["variables"][0]["name"], made["variables"][0]["default"]) == ("host", ["ash", "cedar"])
    assert (made["panels"][0]["only"], made["panels"][0]["repeat"]) == ({"host": ["$host"]}, "host")


def test_one_thing_of_a_family_has_a_page(room: Server, page: Page) -> None:
    """The rail unfolds them below their family; the page has the metrics that tell them apart, and that one only."""
    open_live(page, room.url)
    assert not page.get_by_role("link", name="birch").is_visible()
    page.get_by_role("button", name="farm: each by itself").click()
    page.get_by_role("link", name="birch").click()
    page.locator(".bar h1", has_text="farm · birch").wait_for(timeout=PATIENCE)
    until(page, "() => location.pathname === '/d/farm' && location.search.includes('only.host=birch')")
    assert page.locator(".main .panel").count() == 3
    until(
        page,
        f"() => ({SERIES})('farm.load') === 'birch'",
    )
    page.reload()
    wait_for_badge(page, "Live")
    page.locator(".bar h1", has_text="farm · birch").wait_for(timeout=PATIENCE)
    page.locator(".nav", has_text="farm").first.click()
    until(page, "() => !location.search.includes('only.')")
    assert page.locator(".bar h1").inner_text() == "farm"
    page.goto(f"{room.url}/d/farm?only.host=oak")
    page.locator("h2", has_text="There is no host “oak”").wait_for(timeout=PATIENCE)
    page.get_by_role("button", name="Go to farm").click()
    until(page, "() => !location.search.includes('only.') && document.querySelectorAll('.main .panel').length === 3")


def test_two_hundred_panels_cost_what_is_seen(room: Server, page: Page) -> None:
    """Charts far out of sight are not built, nor asked for, and one can scroll to them."""
    metrics = ["farm.load", "farm.heat", "farm.state", "crowd.size"]
    keep(room, "many", *(panel_of(at, at % 3 * 4, at // 3 * 4, 4, 4, metric=metrics[at % 4]) for at in range(200)))
    page.add_init_script(
        "window.longest = 0;"
        "const note = one => { window.longest = Math.max(window.longest, one.duration) };"
        "new PerformanceObserver(list => list.getEntries().forEach(note))"
        ".observe({ type: 'longtask', buffered: true })"
    )
    open_board(page, room, "many")
    drawn(page, "p0")
    assert page.locator(".cell").count() == 200
    page.wait_for_timeout(1_000)
    assert page.locator(".js-plotly-plot").count() <= 24
    page.evaluate("() => { window.longest = 0 }")
    page.wait_for_timeout(2_000)
    assert page.evaluate("() => window.longest") < 400, "it stays responsive while it follows live data"
    page.locator("[data-panel=p198]").scroll_into_view_if_needed()
    drawn(page, "p198")


def test_a_phone_shows_and_edits_one_column(room: Server, new_page: Callable[..., Page]) -> None:
    """On a phone panels stand one below the other as one reads; they change places, come and go by touch."""
    page = new_page(**PHONE)
    keep(
        room,
        "phone",
        panel_of(1, 6, 0, 6, 4, metric="farm.load"),
        panel_of(2, 0, 0, 6, 4, metric="farm.heat"),
        panel_of(3, 0, 4, 12, 3, metric="farm.state"),
        panel_of(4, 0, 7, 12, 4, metric="farm.load", kind="table"),
    )
    open_board(page, room, "phone")
    table = page.locator("#p4")
    table.scroll_into_view_if_needed()
    until(page, "() => document.querySelectorAll('#p4 tbody tr').length === 3")
    heads = table.locator("thead th").filter(visible=True).all_inner_texts()
    assert [head.rstrip("↓") for head in heads] == ["Series", "now", "max", ""], "what it is sorted by is among them"
    order = "() => [...document.querySelectorAll('.cell')].map(one => one.dataset.panel).join()"
    assert page.evaluate(order) == "p2,p1,p3,p4"
    widths = page.evaluate(
        "() => [...document.querySelectorAll('.cell')].map(one => one.getBoundingClientRect().width)"
    )
    assert min(widths) > 340
    edit(page)
    page.get_by_role("button", name="Move up: State of hosts").tap()
    until(page, f"order => ({order})() === order", "p2,p3,p1,p4")
    page.get_by_role("button", name="Remove: Heat of hosts").tap()
    until(page, f"order => ({order})() === order", "p3,p1,p4")
    page.get_by_role("button", name="Undo", exact=True).tap()
    until(page, f"order => ({order})() === order", "p2,p3,p1,p4")
    page.locator(".edit-bar").get_by_role("button", name="Add panel").tap()
    page.get_by_role("dialog").get_by_label("Find a metric").fill("wind speed")
    page.get_by_role("dialog").get_by_role("button", name="Wind speed").tap()
    page.get_by_role("button", name="Done", exact=True).tap()
    page.get_by_role("button", name="Settings: Wind speed").tap()
    page.get_by_label("Title", exact=True).fill("Wind now")
    page.get_by_role("button", name="Done", exact=True).tap()
    assert page.evaluate("() => document.documentElement.scrollWidth") == 390
    save(page)
    panels = kept(room, "phone")["dashboard"]["panels"]
    assert [(one["id"], one["x"], one["y"], one["w"]) for one in panels[:3]] == [
        ("p1", 0, 4, 12),
        ("p2", 0, 0, 6),
        ("p3", 6, 0, 6),
    ]
    assert panels[4]["title"] == "Wind now"


def test_a_document_from_anywhere_harms_no_page(room: Server, page: Page) -> None:
    """Markup in titles and texts is text; a metric that nobody has and a figure that is none say so in their place."""
    keep(
        room,
        "hostile",
        panel_of(1, 0, 0, 6, 4, metric="farm.load", title="<img src=x onerror=alert(1)>"),
        panel_of(2, 6, 0, 6, 4, kind="text", text="<script>alert(1)</script> [x](javascript:alert(1)) **b**"),
        panel_of(3, 0, 4, 6, 4, metric="nobody.has.it"),
        panel_of(4, 0, 8, 6, 4, kind="figure", figure={"data": [{"type": "scatter", "y": [1, 2], "marker": 5}]}),
        panel_of(5, 6, 8, 6, 4, kind="figure", figure={"data": [{"type": "bar"}]}),
        panel_of(6, 6, 4, 6, 4, kind="figure", figure={"data": [{"type": "scattermap", "lat": [1], "lon": [2]}]}),
        title="</script><b>Bold</b>",
    )
    open_board(page, room, "hostile")
    assert page.locator("#p1 h3").inner_text() == "<img src=x onerror=alert(1)>"
    page.locator("#p2 .prose strong").wait_for(timeout=PATIENCE)
    assert page.locator("#p2 script, #p2 a").count() == 0
    assert page.locator("#p3 .word").inner_text() == "Its collector is not there now"
    page.locator("#p4 .word", has_text="can't be drawn: In data trace 0, key marker must be").wait_for(timeout=PATIENCE)
    page.locator("#p5 .word", has_text="can't be drawn: trace 1 (bar) has no data").wait_for(timeout=PATIENCE)
    page.locator("#p6 .word", has_text="which only another server has").wait_for(timeout=PATIENCE)
    assert page.locator(".bar h1").inner_text() == "</script><b>Bold</b>"
    assert json.dumps(kept(room, "hostile")["dashboard"]["title"]) == '"</script><b>Bold</b>"'


def test_every_kind_looks_where_the_page_looks(room: Server, page: Page) -> None:
    """At an earlier span a value, a table and a figure show what was then, also when the page has to ask for it."""
    keep(
        room,
        "then",
        panel_of(1, 0, 0, 3, 2, kind="value", metric="clock.now"),
        panel_of(2, 3, 0, 9, 3, kind="table", metric="clock.now"),
        panel_of(3, 0, 3, 6, 4, kind="figure", figure={"data": [{"type": "scatter"}]}, bind={"y": "clock.now"}),
    )
    open_board(page, room, "then")
    page.wait_for_timeout(3_000)
    end = int(time.time() * 1000) - 1_500
    open_board(page, room, "then", f"?from={end - 1_000}&to={end}")
    told = "Number(document.querySelector('#p1 .v').innerText.replace(/[^0-9.]/g, ''))"
    figure = "document.querySelector('#p3 .canvas').data?.[0].y?.at(-1)"
    # A clock of fifteen minutes: how many seconds it is ahead of that moment.
    ahead = f"(shown => (shown - {end / 1000 % 900} + 902) % 900 - 2)"
    until(page, f"() => Math.abs({ahead}({told})) < 2")
    until(page, f"() => Math.abs({ahead}({figure})) < 2")
    until(page, "() => document.querySelectorAll('#p2 tbody tr').length === 1")
    page.wait_for_timeout(2_000)
    assert page.evaluate(f"() => {ahead}({told})") < 2, "it stays there"
    page.locator("[data-panel=p2]").hover()
    page.locator("[data-panel=p2] .dots").click()
    with page.expect_download(timeout=PATIENCE) as given:
        page.locator(".options [data-action=csv]").click()
    head, *lines = Path(given.value.path()).read_text("utf-8").splitlines()
    times = [datetime.fromisoformat(line.split(",")[0]).timestamp() * 1000 for line in lines]
    assert head == "time,clock.now"
    assert times, "what leaves the page is of then, too"
    assert end - 1_000 <= min(times) <= max(times) <= end
    page.keyboard.press("Escape")
    until(page, f"() => {ahead}({told}) > 2")
