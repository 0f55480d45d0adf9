"""This machine's collectors for a Plotroom elsewhere: sampled here, kept while it is away, sent in order."""
