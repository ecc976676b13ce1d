import Columns

extension FunctionRegistry {
  static let timeFunctions: [FunctionEntry] =
    [
      FunctionEntry("date_part", "datepart", usage: "date_part('part', time)") { shapes in
        guard shapes.count == 2, let part = timePart(shapes[0]) else { return nil }
        guard let inner = partResolution(part, shapes[1]) else { return nil }
        // The part's name is settled here, so the function is of the time alone.
        return Resolution(
          parameters: [.text, inner.parameters[0]], result: inner.result,
          function: inner.function.ofLastArgument)
      },
      FunctionEntry("date_trunc", "datetrunc", usage: "date_trunc('part', time)") { shapes in
        guard shapes.count == 2, let function = timePart(shapes[0])?.truncation,
          shapes[1].fits(.timestamp)
        else { return nil }
        return Resolution(
          parameters: [.text, .timestamp], result: .timestamp, function: function.ofLastArgument)
      },
      FunctionEntry("date_diff", "datediff", usage: "date_diff('part', from, to)") { shapes in
        guard shapes.count == 3, let part = timePart(shapes[0]),
          shapes[1].fits(.timestamp), shapes[2].fits(.timestamp)
        else { return nil }
        return Resolution(
          parameters: [.text, .timestamp, .timestamp], result: .bigint,
          function: part.difference.ofLastArguments)
      },
      FunctionEntry("date_add", usage: "date_add(time, interval)") { shapes in
        several(
          shapes, [.timestamp, .interval], atLeast: 2, .timestamp, .shiftTime(isMinus: false))
      },
      FunctionEntry("date", usage: "date(time)") { shapes in
        guard shapes.count == 1, let shape = shapes.first,
          let function = Casting.function(from: shape.type, to: .date, isTry: false)
        else { return nil }
        return Resolution(parameters: [shape.type], result: .date, function: function)
      },
      FunctionEntry("strftime", usage: "strftime(time, 'format')") { shapes in
        guard shapes.count == 2, shapes[0].fits(.timestamp), shapes[1].fits(.text) else {
          return nil
        }
        return Resolution(
          parameters: [.timestamp, .text], result: .text, function: formatFunction)
      },
      FunctionEntry("dayname", usage: "dayname(time)") { shapes in
        name(shapes, "dayname") { TimeNames.day(of: dayNumber($0)) }
      },
      FunctionEntry("monthname", usage: "monthname(time)") { shapes in
        name(shapes, "monthname") {
          TimeNames.month(Calendar.date(days: Int(dayNumber($0))).month)
        }
      },
      FunctionEntry("last_day", usage: "last_day(time)") { shapes in
        let function = ScalarFunction("last_day") { (arguments) throws(QueryError) in
          .dates(
            mapped(arguments[0].integers) { time in
              let (year, month, _) = Calendar.date(days: Int(dayNumber(time)))
              let day = Calendar.daysIn(month: month, of: year)
              return Int32(truncatingIfNeeded: Calendar.days(year: year, month: month, day: day))
            })
        }
        return one(shapes, .timestamp, .date, function)
      },
      FunctionEntry("make_date", [.bigint, .bigint, .bigint], .date, makeDate),
      epochCount("epoch_ms", 1000), epochCount("epoch_us", 1), epochNanoseconds, parsed("strptime"),
      parsed("try_strptime"),
    ]
    + TimePart.allCases.map { part in
      FunctionEntry(part.rawValue, usage: "\(part.rawValue)(time)") { shapes in
        guard shapes.count == 1 else { return nil }
        return partResolution(part, shapes[0])
      }
    }
    + ["dayofweek", "weekday", "dayofyear", "dayofmonth", "weekofyear"].map { name in
      FunctionEntry(name, usage: "\(name)(time)") { shapes in
        guard shapes.count == 1, let part = TimePart(named: name) else { return nil }
        return partResolution(part, shapes[0])
      }
    }

  private static func timePart(_ shape: ArgumentShape) -> TimePart? {
    if case .text(let name)? = shape.constant { TimePart(named: name) } else { nil }
  }

  private static func partResolution(_ part: TimePart, _ shape: ArgumentShape) -> Resolution? {
    let result = part.resultType
    if shape.type == .date {
      return Resolution(parameters: [.date], result: result, function: part.ofDate)
    }
    if shape.type == .interval, let function = part.ofInterval {
      return Resolution(parameters: [.interval], result: result, function: function)
    }
    guard shape.fits(.timestamp) else { return nil }
    return Resolution(parameters: [.timestamp], result: result, function: part.ofTimestamp)
  }

  private static func name(
    _ shapes: [ArgumentShape], _ name: String, _ body: @escaping @Sendable (Int64) -> String
  ) -> Resolution? {
    let function = ScalarFunction(name) { (arguments) throws(QueryError) in
      .texts(TextVector(arguments[0].integers.lazy.map(body)))
    }
    return one(shapes, .timestamp, .text, function)
  }

  private static func epochCount(_ name: String, _ unit: Int64) -> FunctionEntry {
    FunctionEntry(
      name, [.timestamp], .bigint,
      ScalarFunction(name) { (arguments) throws(QueryError) in
        // Halves away from 1970.
        .integers(mapped(arguments[0].integers) { ($0 + ($0 < 0 ? -unit / 2 : unit / 2)) / unit })
      })
  }

  private static let epochNanoseconds = FunctionEntry(
    "epoch_ns", [.timestamp], .bigint,
    ScalarFunction("epoch_ns", canFail: true) { (arguments) throws(QueryError) in
      let times = arguments[0].integers
      try arguments.throwFault { row in
        times[row].multipliedReportingOverflow(by: 1000).overflow
          ? "the nanoseconds of \(Calendar.text(timestamp: times[row])) are no BIGINT" : nil
      }
      return .integers(mapped(times) { $0 &* 1000 })
    })

  /// `strptime` and, with NULL in place of an error, `try_strptime`.
  private static func parsed(_ name: String) -> FunctionEntry {
    let isTry = name.hasPrefix("try")
    return FunctionEntry(
      name, [.text, .text], .timestamp,
      ScalarFunction(general: name, canFail: !isTry) { (arguments) throws(QueryError) in
        let (texts, formats) = (arguments[0].texts, arguments[1].texts)
        var known: (text: String, format: TimeReading)?
        var times: [Int64] = []
        var valid: [Bool] = []
        for row in 0..<arguments.rowCount {
          let place = arguments[0].isConstant ? 0 : row
          let formatPlace = arguments[1].isConstant ? 0 : row
          if arguments[0].column.isNull(place) || arguments[1].column.isNull(formatPlace) {
            times.append(0)
            valid.append(false)
            continue
          }
          let text = formats[formatPlace]
          if known?.text != text {
            do throws(TimeFormat.UnknownField) {
              known = (text, try TimeReading(text))
            } catch { throw arguments.failure("\(name) does not read \(error.field)") }
          }
          let time = known?.format.timestamp(texts[place])
          if time == nil && !isTry {
            throw arguments.failure(
              "'\(texts[place])' is not a time of the format '\(text)'",
              hint: "try_strptime gives NULL instead.")
          }
          times.append(time ?? 0)
          valid.append(time != nil)
        }
        return Column(.timestamp, .integers(times), validity: Bitmap(valid))
      })
  }

  private static let formatFunction = ScalarFunction("strftime", canFail: true) {
    (arguments) throws(QueryError) in
    let times = arguments[0].integers
    let formats = arguments[1].texts
    var known: (text: String, format: TimeFormat)?
    var texts = TextVector()
    for row in 0..<arguments.rowCount {
      guard arguments.isValid(row) else {
        texts.append("")
        continue
      }
      let text = formats[arguments[1].isConstant ? 0 : row]
      if known?.text != text {
        do throws(TimeFormat.UnknownField) {
          known = (text, try TimeFormat(text))
        } catch {
          throw arguments.failure("strftime knows no \(error.field)")
        }
      }
      texts.append(known?.format.text(of: times.at(row)) ?? "")
    }
    return .texts(texts)
  }

  private static let makeDate = ScalarFunction("make_date", canFail: true) {
    (arguments) throws(QueryError) in
    let (years, months, days) = (
      arguments[0].integers, arguments[1].integers, arguments[2].integers
    )
    func date(_ row: Int) -> Int32? {
      let (year, month, day) = (years.at(row), months.at(row), days.at(row))
      guard -290_000...290_000 ~= year, 1...12 ~= month, 1...31 ~= day,
        day <= Calendar.daysIn(month: Int(month), of: Int(year))
      else { return nil }
      return Int32(Calendar.days(year: Int(year), month: Int(month), day: Int(day)))
    }
    try arguments.throwFault { row in
      date(row) == nil ? "there is no date \(years.at(row))-\(months.at(row))-\(days.at(row))" : nil
    }
    return .dates((0..<arguments.rowCount).map { date($0) ?? 0 })
  }
}

extension ScalarFunction {
  /// The same function behind a first argument that it does not need any more.
  var ofLastArguments: ScalarFunction {
    guard case .strict(let body) = body else { return self }
    return ScalarFunction(name, canFail: canFail) { (arguments) throws(QueryError) in
      try body(
        Arguments(
          operands: Array(arguments.operands.dropFirst()), rowCount: arguments.rowCount,
          validity: arguments.validity, type: arguments.type, position: arguments.position))
    }
  }

  var ofLastArgument: ScalarFunction { ofLastArguments }
}

extension FunctionRegistry {
  static let generalFunctions: [FunctionEntry] = [
    FunctionEntry("greatest", usage: "greatest(value, …)") { extreme($0, isGreatest: true) },
    FunctionEntry("least", usage: "least(value, …)") { extreme($0, isGreatest: false) },
    FunctionEntry("typeof", usage: "typeof(value)") { shapes in
      guard shapes.count == 1, let type = shapes.first?.type else { return nil }
      let name = type.description
      let function = ScalarFunction(general: "typeof") { (arguments) throws(QueryError) in
        Column(repeating: .text(name), .text, count: arguments.rowCount)
      }
      return Resolution(parameters: [type], result: .text, function: function)
    },
  ]

  private static func extreme(_ shapes: [ArgumentShape], isGreatest: Bool) -> Resolution? {
    guard let type = CommonType.of(shapes) else { return nil }
    return Resolution(
      parameters: shapes.map { _ in type }, result: type,
      function: extremeFunction(isGreatest: isGreatest))
  }
}
