import Bytes
import Columns
import Packs

extension Verb {
  static let pack = Verb(
    "pack", "the schemas and KPIs that lakes are kept by: list, show or check them",
    arguments: [
      Argument("ACTION", .choice(["list", "show", "check"])),
      Argument("PACK", .path, isOptional: true),
    ],
    flags: [Flags.format],
    details: """
      A pack is one text of SQL: the tables that files bring, with their keys, and the KPI tables,
      each a query with its keys. `list` names those that are built in. `show` prints one, to read
      or to start an own one from. `check` reads one, a built-in name or a file, settles every
      name and type in its conditions and queries, and says what it would make of it, or where it is
      wrong: for each KPI table whether new rows recompute their own dates, or all of it.
      """,
    examples: [
      "groove pack list", "groove pack show music > my.sql", "groove pack check my.sql",
    ]
  ) { invocation, console in
    let name = invocation["PACK"]
    switch try invocation.word("ACTION") {
    case "list":
      if name != nil { throw UsageError("groove pack list takes no further word") }
      try list(invocation, console)
    case "show":
      guard let name else { throw UsageError("PACK is missing: groove pack show PACK") }
      let text = try NamedPack.text(name).text
      if invocation.has(Flags.json) {
        try console.report(.members(["pack": .text(name), "text": .text(text)]))
      } else {
        try console.write(text.hasSuffix("\n") ? text : text + "\n")
      }
    default:
      guard let name else { throw UsageError("PACK is missing: groove pack check PACK") }
      let pack = try NamedPack.load(name)
      try PackBinding(pack).check()
      try describe(pack, invocation, console)
    }
    return .done
  }

  private static func list(_ invocation: Invocation, _ console: Console) throws {
    let packs = try Pack.builtIn
    if invocation.has(Flags.json) {
      return try console.report(.list(packs.map { json($0) }))
    }
    try Rows.write(
      [
        ("pack", packs.map { .text($0.name) }),
        ("inputs", packs.map { .text($0.inputs.map(\.name).joined(separator: ", ")) }),
        ("KPI tables", packs.map { .text($0.kpiTables.map(\.name).joined(separator: ", ")) }),
      ], invocation, console)
  }

  /// The KPI tables of a pack with their keys and how they are kept up to date.
  private static func describe(
    _ pack: Pack, _ invocation: Invocation, _ console: Console
  ) throws {
    if invocation.has(Flags.json) { return try console.report(json(pack)) }
    let tables = pack.kpiTables
    try Rows.write(
      [
        ("KPI table", tables.map { .text($0.name) }),
        ("partition key", tables.map { .text($0.partitionKey.joined(separator: ", ")) }),
        ("sort key", tables.map { .text($0.sortKey.joined(separator: ", ")) }),
        ("from", tables.map { .text($0.inputs.joined(separator: ", ")) }),
        ("after new rows", tables.map { .text(upkeep($0)) }),
      ], invocation, console)
    let noun = Numerals.counted(pack.inputs.count, "input table")
    try console.say("\(pack.name) is a pack of \(noun) and \(tables.count) KPI tables")
  }

  private static func upkeep(_ table: KPITable) -> String {
    table.groupedByPartition ? "their dates" : "full rescan"
  }

  private static func json(_ pack: Pack) -> JSON {
    func names(_ names: [String]) -> JSON { .list(names.map { .text($0) }) }
    return .members([
      "pack": .text(pack.name),
      "inputs": .list(
        pack.inputs.map { input in
          .members([
            "table": .text(input.name), "key": names(input.key?.columns ?? []),
            "columns": .list(
              input.columns.map {
                .members([
                  "name": .text($0.name), "type": .text($0.type.description),
                  "isNullable": .boolean($0.isNullable), "references": .optional($0.references),
                ])
              }),
          ])
        }),
      "kpiTables": .list(
        pack.kpiTables.map {
          .members([
            "table": .text($0.name), "partitionKey": names($0.partitionKey),
            "sortKey": names($0.sortKey), "columns": names($0.columns), "inputs": names($0.inputs),
            "upkeep": .text(upkeep($0)),
          ])
        }),
    ])
  }
}
