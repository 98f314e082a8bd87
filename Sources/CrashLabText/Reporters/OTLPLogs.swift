/// OpenTelemetry's message for logs, as OTLP writes it in JSON: names in lowerCamelCase, 64-bit numbers
/// as strings, enumerations as numbers; what has no value is left out.
///
/// https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding, opentelemetry/proto/logs/v1/logs.proto
struct OTLPLogs: Encodable {
  var resourceLogs: [ResourceLogs]

  struct ResourceLogs: Encodable {
    var resource: Resource
    var scopeLogs: [ScopeLogs]
    var schemaUrl: String
  }

  struct Resource: Encodable {
    var attributes: [Attribute]
  }

  struct ScopeLogs: Encodable {
    var scope: Scope
    var logRecords: [LogRecord]
    var schemaUrl: String
  }

  struct Scope: Encodable {
    var name: String
    var version: String
  }

  struct LogRecord: Encodable {
    /// When it happened; nil if nobody knows.
    var timeUnixNano: Nanoseconds?
    var observedTimeUnixNano: Nanoseconds
    var severityNumber: Severity
    var severityText: String
    var body: Value
    var attributes: [Attribute]
  }

  enum Severity: Int, Encodable {
    case info = 9
    case fatal = 21
  }

  /// Since 1970.
  struct Nanoseconds: Encodable {
    var count: UInt64

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      try container.encode(String(count))
    }
  }

  struct Attribute: Encodable {
    var key: String
    var value: Value
  }

  enum Value {
    case text(String)
    case number(Int)
    case texts([String])
    case flag(Bool)
  }
}

extension OTLPLogs.Value: Encodable {
  private enum Key: CodingKey { case stringValue, intValue, boolValue, arrayValue, values }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    switch self {
    case .text(let text): try container.encode(text, forKey: .stringValue)
    case .number(let number): try container.encode(String(number), forKey: .intValue)
    case .flag(let flag): try container.encode(flag, forKey: .boolValue)
    case .texts(let texts):
      var array = container.nestedContainer(keyedBy: Key.self, forKey: .arrayValue)
      try array.encode(texts.map { OTLPLogs.Value.text($0) }, forKey: .values)
    }
  }
}

/// Attributes in their order; what is not known is not among them.
struct OTLPAttributes {
  private(set) var all: [OTLPLogs.Attribute] = []

  mutating func add(_ key: String, _ text: String?) {
    guard let text, !text.isEmpty else { return }
    all.append(.init(key: key, value: .text(text)))
  }

  mutating func add(_ key: String, _ number: Int?) {
    if let number { all.append(.init(key: key, value: .number(number))) }
  }

  mutating func add(_ key: String, _ flag: Bool) {
    all.append(.init(key: key, value: .flag(flag)))
  }

  mutating func add(_ key: String, _ texts: [String]?) {
    guard let texts, !texts.isEmpty else { return }
    all.append(.init(key: key, value: .texts(texts)))
  }
}
