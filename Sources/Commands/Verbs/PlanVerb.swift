import Bytes
import Columns
import Pipeline

extension Verb {
  static let plan = Verb(
    "plan", "what a run would do now: the files it would take, the dates it would touch",
    arguments: [.lake], flags: [NamedPack.flag, Flags.settle, Flags.format, Flags.lake],
    details: """
      Reads of each file under LAKE/incoming the column that says the dates, and changes nothing.
      A file is taken, or it is known (its bytes are in the lake), waits (it does not stand still
      yet) or would be refused (its header lacks a column). Rows that a run would reject count
      here; `groove run --dry-run` judges them too.
      """,
    examples: ["groove plan ./lake", "groove plan ./lake --json"]
  ) { invocation, console in
    let store = try LakePlace(invocation).store()
    var options = RunOptions()
    options.pack = try invocation[NamedPack.flag].map(NamedPack.load)
    options.threads = invocation.threads
    options.settleSeconds = invocation[Flags.settle] ?? 0
    let plan = try Pipeline.plan(store, options)
    if invocation.has(Flags.json) {
      try console.report(plan.json)
      return .done
    }
    func numbers(_ value: (RunPlan.File) -> Int) -> [Value] {
      plan.files.map { .bigint(Int64(value($0))) }
    }
    try Rows.write(
      [
        ("source", plan.files.map { .text($0.source) }),
        ("table", plan.files.map { .text($0.table) }),
        ("verdict", plan.files.map { .text($0.verdict.rawValue) }),
        ("bytes", numbers(\.bytes)), ("rows", numbers(\.rows)),
        ("first date", plan.files.map { $0.dates.first.map { .date($0) } ?? .null }),
        ("last date", plan.files.map { $0.dates.last.map { .date($0) } ?? .null }),
        ("dates", numbers(\.dates.count)),
        ("reason", plan.files.map { $0.reason.map { .text($0) } ?? .null }),
      ], invocation, console)
    for object in plan.ignored { try console.say("for no table: \(object)") }
    let taken = plan.files.count { $0.verdict == .take }
    try console.say(
      "\(Numerals.counted(taken, "file")) to take in, "
        + "\(Numerals.counted(plan.dates.count, "date")) to compute")
    return .done
  }
}
