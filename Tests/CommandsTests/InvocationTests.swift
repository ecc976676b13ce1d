import Commands
import Testing

@Suite struct `A command line` {
  static let level = Flag.count("--level", "how much", in: 0...9)
  static let name = Flag.text("--name", "NAME", "a name", isRepeatable: true)
  static let dry = Flag.on("--dry-run", "do nothing")
  static let kind = Flag<OutputFormat>.choice("--kind", "KIND", "what kind")

  static let sample = Verb(
    "sample", "a sample",
    arguments: [.lake, Argument("TABLE"), Argument("KEY", isOptional: true)],
    flags: [level, name, dry, kind, Flags.lake], details: "", examples: []
  ) { _, _ in .done }

  func parse(_ words: String, lake: String? = nil) throws(UsageError) -> Invocation {
    try Invocation(Self.sample, words.split(separator: " ").map(String.init)) {
      $0 == "GROOVE_LAKE" ? lake : nil
    }
  }

  @Test func `gives values by flag and words by place`() throws {
    let typed = try parse("L --level 3 T --name=a --dry-run --name b K --kind jsonl")
    #expect(typed[Self.level] == 3)
    #expect(typed.all(Self.name) == ["a", "b"])
    #expect(typed.has(Self.dry))
    #expect(typed[Self.kind] == .jsonl)
    #expect(try typed.word("LAKE") == "L" && typed.word("TABLE") == "T")
    #expect(typed["KEY"] == "K")
    #expect(typed[Flags.memory] == nil)
  }

  @Test func `takes words behind two dashes and negative numbers as they are`() throws {
    let typed = try parse("L -- --level -x")
    #expect(typed["TABLE"] == "--level" && typed["KEY"] == "-x")
    #expect(try parse("L T -5")["KEY"] == "-5")
  }

  @Test(
    arguments: [
      ("L T", nil, "L", "T", nil),
      ("T", "E", "E", "T", nil),
      ("T K", "E", "E", "T", "K"),
      ("./L T", "E", "./L", "T", nil),
      ("L T K", "E", "L", "T", "K"),
      ("--lake O T K", "E", "O", "T", "K"),
    ] as [(String, String?, String, String, String?)])
  func `finds its lake`(words: String, set: String?, lake: String, table: String, key: String?)
    throws
  {
    let typed = try parse(words, lake: set)
    #expect(typed["LAKE"] == lake && typed["TABLE"] == table && typed["KEY"] == key)
  }

  @Test(
    arguments: [
      ("L T --levle 3", "groove sample has no flag --levle\n  Did you mean --level?"),
      (
        "L T --zzzzzz",
        "groove sample has no flag --zzzzzz\n  `groove help sample` lists its flags."
      ),
      ("L T --level", "--level needs a value: --level N"),
      ("L T --level 10", "--level takes a whole number from 0 to 9, not \"10\""),
      ("L T --level x", "--level takes a whole number from 0 to 9, not \"x\""),
      ("L T --level 1 --level 2", "--level is given twice"),
      ("L T --dry-run=yes", "--dry-run takes no value"),
      ("L T --name=", "--name needs a value, not an empty text"),
      (
        "L T --kind jsno",
        "--kind takes one of table, csv, json, jsonl, markdown, not \"jsno\"\n  Did you mean json?"
      ),
      ("L T --memory 1", "--memory takes at least 16 MiB"),
      ("L T --memory many", "--memory takes a size such as 512M or 2G, not \"many\""),
      ("L T K X", "\"X\" is one word too many\n  Usage: groove sample LAKE TABLE [KEY] [flags]"),
      ("L", "TABLE is missing\n  Usage: groove sample LAKE TABLE [KEY] [flags]"),
      (
        "",
        "LAKE is missing; name it, or set GROOVE_LAKE\n  "
          + "Usage: groove sample LAKE TABLE [KEY] [flags]"
      ),
    ])
  func `that is wrong says what is right`(words: String, message: String) {
    #expect(throws: UsageError.self) { try parse(words) }
    do { _ = try parse(words) } catch { #expect(error.description == message) }
  }

  @Test(
    arguments: [
      ("1", 1), ("10k", 10_000), ("1_000", 1000), ("2M", 2_000_000), ("1G", 1_000_000_000),
      ("", nil), ("_1", nil), ("1.5", nil), ("-1", nil), ("9999999999G", nil), ("1kk", nil),
    ] as [(String, Int?)])
  func `reads counts`(text: String, count: Int?) {
    #expect(Numerals.count(text) == count)
  }

  @Test(
    arguments: [
      ("4096", 4096), ("64k", 65_536), ("512M", 512 << 20), ("2GiB", 2 << 30), ("1gb", 1 << 30),
      ("8388608T", nil), ("M", nil),
    ] as [(String, Int?)])
  func `reads sizes`(text: String, size: Int?) {
    #expect(Numerals.size(text) == size)
  }

  @Test func `writes numbers for people`() {
    #expect(Numerals.grouped(1_234_567) == "1,234,567")
    #expect(Numerals.grouped(-12) == "-12")
    #expect(Numerals.counted(1, "row") == "1 row")
    #expect(Numerals.text(ofSize: 3 << 20) == "3 MiB")
    #expect(Numerals.short(60.6e6, "B") == "60.6 MB")
    #expect(Numerals.short(999.6, "B") == "1.0 kB")
    #expect(Numerals.short(5, "rows") == "5 rows")
  }
}
