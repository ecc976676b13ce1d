/// Work on the parts of an input that goes on beside its owner, who takes the results in the end.
///
/// Invariant: every helper that was taken is waited for once, at the latest when this is let go of.
package final class ParallelWork<Result: Sendable, Failure: Error>: Sendable {
  private let slots: Slots<Result, Failure>
  private let helpers: Lock<[Helper]>
  private let body: @Sendable (Int) throws(Failure) -> Result

  fileprivate init(
    count: Int, threads wanted: Int, _ body: @escaping @Sendable (Int) throws(Failure) -> Result
  ) {
    let slots = Slots<Result, Failure>(count: count)
    self.slots = slots
    self.body = body
    let taken = Helper.take(min(wanted, count))
    helpers = Lock(taken)
    for helper in taken {
      helper.begin {
        while let index = slots.next() {
          slots.finish(index, with: Parallel.outcome(of: index, body))
        }
      }
    }
  }

  deinit { waitForAll() }

  /// Waits for the end and returns the results in the order of the indices, or throws the failure
  /// of the smallest index that failed. What no thread has begun is done here.
  package func finish() throws(Failure) -> [Result] {
    while let index = slots.next() {
      slots.finish(index, with: Parallel.outcome(of: index, body))
    }
    waitForAll()
    return try slots.collect()
  }

  private func waitForAll() {
    let taken = helpers.withLock { helpers in
      defer { helpers = [] }
      return helpers
    }
    for helper in taken { helper.finish() }
  }
}

extension Parallel {
  /// Begins what `map` does, on up to `threads` other threads, and returns at once. With one thread
  /// nothing is begun before `finish`, so that one thread is what there is.
  package static func begin<Result: Sendable, Failure: Error>(
    count: Int, threads: Int, _ body: @escaping @Sendable (Int) throws(Failure) -> Result
  ) -> ParallelWork<Result, Failure> {
    ParallelWork(count: count, threads: threads > 1 ? threads : 0, body)
  }
}
