import Glibc
import Synchronization

/// The only threads of the engine: the same work on the parts of an input, joined in order.
package enum Parallel {
  /// The number of processors this process may run on.
  package static var processors: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

  /// Calls `body` with every index below `count` on up to `threads` threads and returns the results
  /// in the order of the indices, so that no result depends on the number of threads.
  ///
  /// Indices are handed out one by one from a shared counter. After a failure no new index is
  /// started, and the failure of the smallest index that failed is thrown.
  package static func map<Result: Sendable, Failure: Error>(
    count: Int, threads: Int, _ body: @escaping @Sendable (Int) throws(Failure) -> Result
  ) throws(Failure) -> [Result] {
    try map(count: count, others: min(threads, count) - 1, after: {}, body)
  }

  /// The same where this thread has something of its own to do before it takes a share.
  package static func map<Result: Sendable, Failure: Error>(
    count: Int, threads: Int, after own: () -> Void,
    _ body: @escaping @Sendable (Int) throws(Failure) -> Result
  ) throws(Failure) -> [Result] {
    try map(count: count, others: min(threads - 1, count), after: own, body)
  }

  private static func map<Result: Sendable, Failure: Error>(
    count: Int, others: Int, after own: () -> Void,
    _ body: @escaping @Sendable (Int) throws(Failure) -> Result
  ) throws(Failure) -> [Result] {
    if others <= 0 {
      own()
      var results: [Result] = []
      results.reserveCapacity(count)
      for index in 0..<count { results.append(try body(index)) }
      return results
    }
    let slots = Slots<Result, Failure>(count: count)
    run(on: others + 1, after: own) {
      while let index = slots.next() { slots.finish(index, with: outcome(of: index, body)) }
    }
    return try slots.collect()
  }

  static func outcome<Result, Failure: Error>(
    of index: Int, _ body: (Int) throws(Failure) -> Result
  ) -> Swift.Result<Result, Failure> {
    do { return .success(try body(index)) } catch { return .failure(error) }
  }

  /// Runs `body` once on each of `threads` threads, the caller's among them after its own work, and
  /// waits for all.
  package static func run(
    on threads: Int, after own: () -> Void = {}, _ body: @escaping @Sendable () -> Void
  ) {
    let helpers = Helper.take(threads - 1)
    for helper in helpers { helper.begin(body) }
    own()
    body()
    for helper in helpers { helper.finish() }
  }

  /// Starts a thread that nobody waits for; false where the system gives none.
  static func detach(_ body: @escaping @Sendable () -> Void) -> Bool {
    var thread = pthread_t()
    // SAFETY: `work` is retained until the thread takes it; `thread` is written by the call.
    let work = unsafe Unmanaged.passRetained(Work(body))
    let status = unsafe pthread_create(&thread, nil, Work.start, work.toOpaque())
    if status == 0 {
      pthread_detach(thread)
    } else {
      // SAFETY: no thread was made, so this is the only owner of the retained work.
      unsafe work.release()
    }
    return status == 0
  }
}

/// What a new thread is to do.
private final class Work: Sendable {
  let body: @Sendable () -> Void

  init(_ body: @escaping @Sendable () -> Void) { self.body = body }

  /// The entry of a new thread: takes over the retained `Work` and runs it.
  static let start: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = {
    // SAFETY: `Parallel.detach` passes a retained `Work` and nothing else uses it.
    if let argument = unsafe $0 {
      let work = unsafe Unmanaged<Work>.fromOpaque(argument).takeRetainedValue()
      work.body()
    }
    return nil
  }
}

/// The results of a parallel map, by index, and the counter that hands the indices out.
final class Slots<Result: Sendable, Failure: Error>: Sendable {
  private let counter = Atomic<Int>(0)
  private let failed = Atomic<Bool>(false)
  private let results: Lock<[Swift.Result<Result, Failure>?]>
  private let count: Int

  init(count: Int) {
    self.count = count
    results = Lock(Array(repeating: nil, count: count))
  }

  func next() -> Int? {
    if failed.load(ordering: .relaxed) { return nil }
    let index = counter.wrappingAdd(1, ordering: .relaxed).oldValue
    return index < count ? index : nil
  }

  func finish(_ index: Int, with result: Swift.Result<Result, Failure>) {
    if case .failure = result { failed.store(true, ordering: .relaxed) }
    results.withLock { $0[index] = result }
  }

  func collect() throws(Failure) -> [Result] {
    let finished = results.withLock { $0 }
    var values: [Result] = []
    values.reserveCapacity(count)
    for result in finished {
      // A gap stands only behind a failure at a smaller index or before one at a larger.
      if let result { values.append(try result.get()) }
    }
    precondition(values.count == count, "every part of a parallel map must have finished")
    return values
  }
}
