"""From a collector to publish: when each is sampled, where it runs, and what becomes of its errors.

ticker (when) -> job (one collector) -> rate (counters) -> the sink. roster keeps the jobs in agreement with what is
declared and configured, sources and workers run those in collector processes, watch notices changed files,
and scheduler starts and stops it all.
"""
