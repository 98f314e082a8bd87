internal import CrashLabModel

extension ProgramCase {
  /// What is wrong with a file of cases, and where in it.
  package struct Malformed: Error, CustomStringConvertible {
    package var description: String
  }

  /// A file may have so many bytes.
  private static let largestFile = 16 << 20

  /// Reads a file of cases (CasesOfAnyLanguage.md). A key that nobody knows is an error: it is a
  /// slip of the pen, and what it should have demanded would never be looked at.
  package static func read(_ path: String) throws -> [ProgramCase] {
    let bytes = try readRegularFile(path, atMost: largestFile)
    do {
      return try parse(bytes)
    } catch let error as DecodingError {
      throw Malformed(description: "\(path): \(ProgramCase.words(of: error))")
    } catch let error as Malformed {
      throw Malformed(description: "\(path): \(error.description)")
    }
  }

  package static func parse(_ bytes: [UInt8]) throws -> [ProgramCase] {
    let document = try JSON.value(Document.self, from: bytes)
    var names = Set<String>()
    for one in document.cases where !names.insert(one.name).inserted {
      throw Malformed(description: "two cases are called '\(one.name)'")
    }
    return try document.cases.map { try $0.programCase() }
  }

  static func words(of error: DecodingError) -> String {
    let context: DecodingError.Context
    var what: String
    switch error {
    case .keyNotFound(let key, let found):
      (what, context) = ("'\(key.stringValue)' is missing", found)
    case .typeMismatch(let type, let found): (what, context) = ("is no \(type)", found)
    case .valueNotFound(_, let found): (what, context) = ("is null", found)
    case .dataCorrupted(let found): (what, context) = (found.debugDescription, found)
    @unknown default: return "\(error)"
    }
    let place = context.codingPath.map { key in
      key.intValue.map { "[\($0)]" } ?? key.stringValue
    }.joined(separator: ".")
    if !place.isEmpty { what = "\(place): \(what)" }
    return what
  }
}

/// The file, as it is written.
private struct Document: Decodable {
  var cases: [Case]

  init(from decoder: any Decoder) throws {
    let keys = try KnownKeys(decoder, ["schemaVersion", "cases"])
    let version = try keys.value(Int.self, "schemaVersion")
    guard version == 1 else {
      throw ProgramCase.Malformed(description: "schemaVersion \(version) is not known, but 1")
    }
    cases = try keys.value([Case].self, "cases")
  }

  struct Case: Decodable {
    var name: String
    var command: [String]
    var timeout: Double?
    var expect: Wanted

    init(from decoder: any Decoder) throws {
      let keys = try KnownKeys(decoder, ["name", "command", "timeout", "expect"])
      name = try keys.value(String.self, "name")
      command = try keys.value([String].self, "command")
      timeout = try keys.valueIfThere(Double.self, "timeout")
      expect = try keys.value(Wanted.self, "expect")
    }

    func programCase() throws -> ProgramCase {
      func malformed(_ what: String) -> ProgramCase.Malformed {
        ProgramCase.Malformed(description: "case '\(name)': \(what)")
      }
      if command.isEmpty { throw malformed("its command names no program") }
      if let timeout, !(timeout > 0 && timeout <= 86_400) {
        throw malformed("timeout must be between 0 and 86400 seconds, not \(timeout)")
      }
      do {
        return ProgramCase(
          name, command: command, timeout: timeout, expect: try expect.expectation())
      } catch let error as ProgramCase.Malformed {
        throw malformed(error.description)
      }
    }
  }

  /// What must be seen: an exit status, or a signal and what is known of its fault.
  struct Wanted: Decodable {
    var exit: Int32?
    var signal: String?
    var site: String?
    var stack: String?
    var stackName: String?
    var overshootAtMost: Int?
    var frames: [String]

    init(from decoder: any Decoder) throws {
      let keys = try KnownKeys(
        decoder, ["exit", "signal", "site", "stack", "stackName", "overshootAtMost", "frames"])
      exit = try keys.valueIfThere(Int32.self, "exit")
      signal = try keys.valueIfThere(String.self, "signal")
      site = try keys.valueIfThere(String.self, "site")
      stack = try keys.valueIfThere(String.self, "stack")
      stackName = try keys.valueIfThere(String.self, "stackName")
      overshootAtMost = try keys.valueIfThere(Int.self, "overshootAtMost")
      frames = try keys.valueIfThere([String].self, "frames") ?? []
    }

    func expectation() throws -> Expectation {
      guard let signalName = signal else {
        guard let exit, site == nil, stack == nil, stackName == nil, overshootAtMost == nil,
          frames.isEmpty
        else {
          throw ProgramCase.Malformed(
            description: "expect has either 'exit' alone, or 'signal' and what is known of it")
        }
        return Expectation(ending: .exits(exit))
      }
      guard exit == nil else {
        throw ProgramCase.Malformed(description: "expect has both 'exit' and 'signal'")
      }
      let signal: Signal = try known(
        signalName, as: "signal", among: (1...64).map { Signal($0) }, named: \.description)
      let kind = try site.map {
        try known($0, as: "site", among: FaultSite.Kind.allCases, named: \.rawValue)
      }
      let stack = try self.stack.map {
        try known($0, as: "stack", among: StackKind.allCases, named: \.rawValue)
      }
      if let overshootAtMost, overshootAtMost < 0 {
        throw ProgramCase.Malformed(
          description: "overshootAtMost must not be negative, but is \(overshootAtMost)")
      }
      // Nobody sees SIGKILL before it kills.
      if signal == .kill { return Expectation(ending: .killed(signal)) }
      var site = FaultExpectation.Site(kind, overshoot: overshootAtMost.map { 0...$0 })
      site.stack = stack
      site.stackName = stackName
      var fault = FaultExpectation(
        signal, site: site, handled: nil, frames: frames.map { .symbol($0) })
      fault.wantsWholeTrace = !frames.isEmpty
      return .dies(fault)
    }

    private func known<Value>(
      _ typed: String, as key: String, among values: [Value], named name: (Value) -> String
    ) throws -> Value {
      if let value = values.first(where: { name($0) == typed }) { return value }
      let near = nearest(to: typed, among: values.map(name)).prefix(3)
      let hint = near.isEmpty ? values.prefix(12).map(name) : Array(near)
      throw ProgramCase.Malformed(
        description: "\(key) '\(typed)' is not known; there is \(hint.joined(separator: ", "))")
    }
  }
}

/// The values of an object that has none but these keys.
private struct KnownKeys {
  private struct Key: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  private let values: KeyedDecodingContainer<Key>

  init(_ decoder: any Decoder, _ known: [String]) throws {
    values = try decoder.container(keyedBy: Key.self)
    if let stranger = values.allKeys.map(\.stringValue).sorted().first(where: {
      !known.contains($0)
    }) {
      let near = nearest(to: stranger, among: known).first ?? known.joined(separator: ", ")
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: decoder.codingPath,
          debugDescription: "the key '\(stranger)' is not known; there is \(near)"))
    }
  }

  func value<Value: Decodable>(_ type: Value.Type, _ key: String) throws -> Value {
    try values.decode(type, forKey: Key(stringValue: key))
  }

  func valueIfThere<Value: Decodable>(_ type: Value.Type, _ key: String) throws -> Value? {
    try values.decodeIfPresent(type, forKey: Key(stringValue: key))
  }
}
