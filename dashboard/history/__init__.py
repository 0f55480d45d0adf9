"""What was measured, in the order in which a sample travels.

In memory: `ring` (the last samples of a metric, its series in `columns`, copied as a `slice`), `kept` (a ring, and how
far it is archived), and `work` (what waits to be archived).
On the disk: `journal` (what came in a second, in a `journal_table`) and `chunks` (each a `stretch` by `codec`, or sums
by `tiers`, whose `folding` makes a stretch of them, too) in one `database` with a `directory` of its metrics;
`chunk_writer` makes the chunks, `damages` are what can't be read. `shelf` reads it all, `archive` writes it, too,
`expiry` and `salvage` keep it small and whole, and `keeper` brings the memory there once a second. After a start,
`replay` makes samples of the journal, which are `unpacked` for a while. `visit` reads it beside a server.
By hand: `insert` puts samples in, `survey` counts, `examine` checks, and `compact` makes the file smaller.
Both: `reading` joins them, `paging` goes through long spans piece by piece, `downsample` chooses what to draw, and
`store` is the door: `History`.
"""
