import CKernels

extension Memory {
  /// Tells the allocator to keep what is freed for what comes next; to be called once, first of
  /// all.
  ///
  /// Work goes batch by batch, so blocks of a few hundred kilobytes are freed and wanted again all
  /// the time. By default each of them goes back to the system and comes again as zeroed pages, one
  /// fault each.
  ///
  /// PERF: grouping 6.6 M rows by two keys took 30 ms and takes 12 ms with this (EPYC Zen 5 VM).
  ///
  /// There is a pool more than processors: what one thread frees in a pool of its own, no other
  /// would find.
  ///
  /// PERF: a run over 50 M plays held 992 MB with pools as the system makes them, up to eight a
  /// processor, and 724 MB with two, in 0.6 s less of system time (Zen 4 VM, 2026-11-25). With
  /// three on two processors it takes 3.49 s in place of 3.69 and holds 0.64 GB as before; with
  /// five it is as fast and holds 0.70 (medians of 5 in turn, Zen 5 VM, 2026-11-30).
  package static func keepFreed() {
    // Blocks from 32 MiB on, the most that can be said, still go back at once.
    groove_keep_freed_memory(32 << 20, 256 << 20, Int32(Parallel.processors + 1))
  }
}
