import Bytes
import TestSupport
import Testing

/// What is converted together is what the kernels of one field make of it, and what has the plan's
/// form is not left to them.
@Suite struct `Fields converted together` {
  /// Rows of an id, a number, a note of any length, a time, an integer and a long number.
  private struct Table {
    var bytes: [UInt8] = []
    var marks: [UInt32] = [.max]
    let gap: Int
    let columns = 6

    init(gap: Int) {
      self.gap = gap
      marks = [UInt32(truncatingIfNeeded: -gap)]
    }

    mutating func append(_ fields: [String]) {
      for field in fields {
        bytes += Array(field.utf8)
        marks.append(UInt32(bytes.count))
        bytes += [UInt8](repeating: 0x7C, count: gap)
      }
    }

    func place(_ row: Int, _ field: Int) -> Int {
      Int(marks[row * columns + field] &+ UInt32(gap))
    }

    func length(_ row: Int, _ field: Int) -> Int {
      Int(marks[row * columns + field + 1]) - place(row, field)
    }

    /// Where a field ends in its row.
    func end(_ row: Int, _ field: Int) -> Int {
      place(row, field) + length(row, field) - place(row, 0)
    }

    func rows(where isMeant: (Int) -> Bool) -> Set<UInt32> {
      Set((0..<(marks.count - 1) / columns).filter(isMeant).map { UInt32($0) })
    }

    func layout(_ field: Int) -> FieldLayout {
      FieldLayout(
        stride: columns, field: field, gap: UInt32(gap), rowCount: (marks.count - 1) / columns)
    }
  }

  private static let padding = [UInt8](repeating: 0x7C, count: FieldKernels.padding)

  private func row(_ random: inout Seeded, note: Int) -> [String] {
    func digits(_ count: Int) -> String {
      (0..<count).reduce("") { text, _ in text + "\(Int.random(in: 0...9, using: &random))" }
    }
    func two(_ range: ClosedRange<Int>) -> String {
      String("\(100 + Int.random(in: range, using: &random))".dropFirst())
    }
    let day = "20\(two(0...99))-\(two(0...13))-\(two(0...32))"
    return [
      "P\(digits(Int.random(in: 7...10, using: &random)))",
      "U-\(digits(Int.random(in: 0...9, using: &random)))",
      String(repeating: "x", count: note),
      "\(day)T\(two(0...24)):\(two(0...60)):\(two(0...60))",
      digits(Int.random(in: 0...9, using: &random)),
      digits(Int.random(in: 1...17, using: &random)),
    ]
  }

  private func damaged(_ fields: [String], _ random: inout Seeded) -> [String] {
    var fields = fields
    let index = Int.random(in: fields.indices, using: &random)
    var bytes = Array(fields[index].utf8)
    if bytes.isEmpty { return fields }
    let place = Int.random(in: bytes.indices, using: &random)
    switch Int.random(in: 0...2, using: &random) {
    case 0: bytes[place] = UInt8.random(in: 0x20...0x7E, using: &random)
    case 1: bytes.remove(at: place)
    default: bytes.insert(UInt8.random(in: 0x2A...0x3F, using: &random), at: place)
    }
    fields[index] = String(decoding: bytes, as: UTF8.self)
    return fields
  }

  /// A plan of what it can take of `row`: ids, users, times and integers.
  private func planned(
    gap: Int, _ p: FieldAffix, _ u: FieldAffix
  ) -> (LanePlan, LanePlan.Column, LanePlan.Column, LanePlan.Column, LanePlan.Column)? {
    var plan = LanePlan(firstField: 0, gap: UInt32(gap))
    let added = [
      plan.addNumbers(field: 0, of: p, least: 8, digits: 9, takesZeros: false),
      plan.addNumbers(field: 1, of: u, least: 1, digits: 8, takesZeros: true),
      plan.addTimestamps(field: 3, between: 0x54, hasZone: false),
      plan.addIntegers(field: 4, digits: 8),
      // Its two lanes find no room, and the other is out of reach.
      plan.addIntegers(field: 5, digits: 16), plan.addIntegers(field: 15, digits: 1),
    ]
    #expect(added.map { $0 != nil } == [true, true, true, true, false, false])
    guard let ids = added[0], let users = added[1], let times = added[2], let integers = added[3]
    else { return nil }
    return (plan, ids, users, times, integers)
  }

  @Test(.enabled(if: CPU.available.contains(.avx512)), arguments: 1...4)
  func `are what each of them is alone`(gap: Int) throws {
    let kernels = try #require(FieldKernels(.baseline))
    var lanes = try #require(FieldLanes(.avx512))
    let p = try #require(FieldAffix(Array("P".utf8)))
    let u = try #require(FieldAffix(Array("U-".utf8)))
    let (plan, ids, users, times, integers) = try #require(planned(gap: gap, p, u))
    var table = [UInt32](repeating: 0, count: 1 << 16)
    for place in table.indices where place % 3 != 0 { table[place] = UInt32(place / 2) }
    let run = CodedRun(first: 1 << 14, code: 1 << 13, count: 0)

    var random = Seeded(UInt64(gap))
    for rowCount in [1, 2, 63, 64, 65, 700] {
      for longest in [0, 10, 120] {
        var rows = Table(gap: gap)
        for _ in 0..<rowCount {
          let fields = row(&random, note: Int.random(in: 0...longest, using: &random))
          rows.append(Bool.random(using: &random) ? fields : damaged(fields, &random))
        }
        rows.bytes += Self.padding
        let (bytes, marks) = (rows.bytes.span, rows.marks.span)
        lanes.take(bytes, marks, stride: rows.columns, rowCount: rowCount, plan)
        let far = rows.rows { rows.end($0, 4) > 111 }

        var (expected, others): ([Int64], [UInt32]) = ([], [])
        var (got, left): ([Int64], [UInt32]) = ([], [])
        kernels.integers(bytes, marks, rows.layout(4), into: &expected, &others)
        lanes.integers(integers, into: &got, &left)
        let long = rows.rows { rows.length($0, 4) > 8 }
        #expect(Set(left) == far.union(others).union(long))
        #expect(left == left.sorted())
        #expect(agree(got, expected, without: left))

        (expected, others, got, left) = ([], [], [], [])
        kernels.timestamps(bytes, marks, rows.layout(3), into: &expected, &others)
        lanes.timestamps(times, into: &got, &left)
        let unlike = rows.rows { row in
          rows.length(row, 3) != 19 || rows.bytes[rows.place(row, 3) + 10] == 0x20
        }
        #expect(Set(left) == far.union(others).union(unlike))
        #expect(agree(got, expected, without: left))

        var (numbers, found): ([UInt32], [UInt32]) = ([], [])
        var (range, foundRange): (ClosedRange<Int64>?, ClosedRange<Int64>?) = (nil, nil)
        (others, left) = ([], [])
        kernels.numbers(
          bytes, marks, rows.layout(0), of: p, digits: 8, base: 5, range: &range, into: &numbers,
          &others)
        lanes.numbers(ids, base: 5, range: &foundRange, into: &found, &left)
        #expect(Set(left) == far.union(others))
        #expect(agree(found, numbers, without: left))
        if far.isEmpty { #expect(range == foundRange) }

        (numbers, found, others, left) = ([], [], [], [])
        kernels.codes(
          bytes, marks, rows.layout(1), of: u, in: table.span, run, into: &numbers, &others)
        lanes.codes(
          users, marks, rows.layout(1), of: u, in: table.span, run, into: &found, &left)
        #expect(Set(left) == far.union(others))
        #expect(agree(found, numbers, without: Array(far)))
      }
    }
  }

  private func agree<Value: Equatable>(
    _ got: [Value], _ expected: [Value], without left: [UInt32]
  ) -> Bool {
    let left = Set(left)
    return got.count == expected.count
      && got.indices.allSatisfy { left.contains(UInt32($0)) || got[$0] == expected[$0] }
  }

  @Test(.enabled(if: CPU.available.contains(.avx512)))
  func `of two lanes have sixteen digits`() throws {
    var lanes = try #require(FieldLanes(.avx512))
    var plan = LanePlan(firstField: 0, gap: 1)
    let added = plan.addIntegers(field: 0, digits: 9)
    let column = try #require(added)
    let fields = (0...18).map { String("9876543210123456789".prefix($0)) }
    let bytes = Array(fields.joined(separator: ",").utf8) + Self.padding
    var marks: [UInt32] = [.max]
    for field in fields { marks.append(marks[marks.count - 1] &+ 1 &+ UInt32(field.utf8.count)) }
    lanes.take(bytes.span, marks.span, stride: 1, rowCount: fields.count, plan)
    var (values, others): ([Int64], [UInt32]) = ([], [])
    lanes.integers(column, into: &values, &others)
    #expect(others == [0, 17, 18])
    for length in 1...16 { #expect(values[length] == Int64(fields[length])) }
    #expect(lanes.wrongCount(of: column) == 3)
  }
}
