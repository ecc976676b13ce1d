import Bytes

extension Executor {
  /// The groups of an aggregation, their keys and then their aggregates.
  func aggregate(_ aggregation: Aggregation) throws(QueryError) -> Stream {
    if let frame = memory?.groups(of: aggregation) { return Stream([frame]) }
    let stream = try stream(aggregation.input)
    if let frames = try groupsInMemory([aggregation], [stream]) { return Stream(frames) }
    let wanted = aggregation.wantedKeys.map { stream.filtered(by: $0) } ?? stream
    return try SpilledAggregation(self, aggregation).answer(wanted)
  }

  /// Works out the groups of a pass for whoever asks for them later; where they cannot all be held
  /// together, each of them is worked out alone.
  func carryOut(_ pass: SharedPass) throws(QueryError) {
    // Who times the operators wants to see each by itself.
    guard let memory, profile == nil else { return }
    var streams: [Stream] = []
    for aggregation in pass.aggregations { streams.append(try stream(aggregation.input)) }
    let frames = try groupsInMemory(pass.aggregations, streams) { piece in
      memory.forget(pass.own, piece)
    }
    guard let frames else { return }
    collector.add { $0.sharedPasses += 1 }
    for answer in pass.answers {
      let all = frames[answer.place]
      let own = Frame(slots: answer.columns.map { all.slots[$0] }, rowCount: all.rowCount)
      memory.keep(own, of: answer.aggregation)
    }
  }

  /// The groups of some aggregations, whose streams have the same pieces, where they can be held;
  /// all take a piece before the next one, and then `didTake` is called with it.
  ///
  /// PERF: a rebuild of 50 M plays took 0.65 s with one piece at a time, 0.72 with 8, whose columns
  /// are too much for the cache, and 0.70 with 16 (medians of 11, Zen 5 VM, 2026-11-30).
  private func groupsInMemory(
    _ aggregations: [Aggregation], _ streams: [Stream],
    didTake: @escaping @Sendable (Int) -> Void = { _ in }
  ) throws(QueryError) -> [Frame]? {
    let parts = streams[0].parts(options.threads)
    let dependence = Dependence(shared)
    let followings = aggregations.map { dependence.following($0) }
    let isFull = Flag()
    let states = try Parallel.map(count: parts.count, threads: options.threads) {
      (part) throws(QueryError) -> [PartneredGroups]? in
      var states = zip(aggregations, followings).map {
        PartneredGroups($0, $1, joins, options)
      }
      for piece in parts[part] {
        for (place, stream) in streams.enumerated() {
          if isFull.isSet { return nil }
          try states[place].add(try stream.read(piece))
          let held = states.reduce(0) { $0 + $1.dividedByteCount }
          if held > options.heldBytesPerThread { isFull.set() }
        }
        didTake(piece)
      }
      return states
    }
    if isFull.isSet { return nil }
    var frames: [Frame] = []
    for place in aggregations.indices {
      var total: PartneredGroups?
      for case let states? in states {
        if total == nil { total = states[place] } else { try total?.merge(states[place]) }
      }
      guard let frame = try total?.finish(collector) else { return nil }
      frames.append(frame)
    }
    return frames
  }
}
