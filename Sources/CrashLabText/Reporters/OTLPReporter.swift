package import CrashLabModel

/// A line for each crash in OpenTelemetry's log data model, as the Collector's otlpjsonfile receiver
/// reads it; nothing for what is none. A process that was only looked at has a line of severity INFO.
///
/// Attributes are named by the semantic conventions
/// (https://opentelemetry.io/docs/specs/semconv/registry/attributes/); those that they have no name for
/// begin with `crashlab.`.
package struct OTLPReporter: Reporter {
  /// What a report does not say of the crash.
  package struct Circumstances: Sendable, Equatable {
    package var machine: Machine
    /// The machine's name; nil if it may have been another one.
    package var host: String?
    /// Nanoseconds since 1970; nil if nobody knows.
    package var crashed: UInt64?
    /// When it was seen, the same.
    package var observed: UInt64
    /// Of crashlab.
    package var version: String

    package init(
      machine: Machine, host: String?, crashed: UInt64?, observed: UInt64, version: String
    ) {
      self.machine = machine
      self.host = host
      self.crashed = crashed
      self.observed = observed
      self.version = version
    }
  }

  private let circumstances: Circumstances

  package init(_ circumstances: Circumstances) { self.circumstances = circumstances }

  package func trial(_ report: TrialReport) throws -> String {
    guard report.isTold else { return "" }
    return try JSON.line(of: logs(of: report)) + "\n"
  }

  package func end(duration: Double) throws -> String { "" }

  // MARK: - The message

  private static let schema = "https://opentelemetry.io/schemas/1.37.0"
  /// Columns of a line of a stack trace.
  private static let width = 200

  private func logs(of report: TrialReport) -> OTLPLogs {
    let isCrash = !report.faults.isEmpty || report.termination != nil
    let record = OTLPLogs.LogRecord(
      timeUnixNano: circumstances.crashed.map { .init(count: $0) },
      observedTimeUnixNano: .init(count: circumstances.observed),
      severityNumber: isCrash ? .fatal : .info, severityText: isCrash ? "FATAL" : "INFO",
      body: .text(printable(report.summary)), attributes: attributes(of: report))
    let scope = OTLPLogs.ScopeLogs(
      scope: .init(name: "crashlab", version: circumstances.version), logRecords: [record],
      schemaUrl: OTLPReporter.schema)
    return OTLPLogs(resourceLogs: [
      .init(
        resource: .init(attributes: resource(of: report)), scopeLogs: [scope],
        schemaUrl: OTLPReporter.schema)
    ])
  }

  /// The process and its machine.
  private func resource(of report: TrialReport) -> [OTLPLogs.Attribute] {
    let machine = circumstances.machine
    let program = report.programImage
    let command = report.command?.map { printable($0) }
    let name = (program?.path ?? command?.first).map { printable(lastComponent($0)) }
    var found = OTLPAttributes()
    // What the specification of SDKs demands of a service that nobody has named.
    found.add("service.name", name.map { "unknown_service:\($0)" } ?? "unknown_service")
    found.add("process.pid", report.faults.first.map { Int($0.process.id) })
    found.add("process.executable.name", name)
    found.add("process.executable.path", program.map { printable($0.path) })
    found.add("process.executable.build_id.gnu", program?.buildId)
    found.add("process.command", command?.first)
    found.add("process.command_args", command)
    found.add("host.name", circumstances.host.map { printable($0) })
    found.add("host.arch", OTLPReporter.architecture(machine.architecture))
    found.add("host.cpu.model.name", machine.cpu)
    found.add("os.type", "linux")
    found.add("os.description", "\(machine.kernel), \(machine.libc)")
    return found.all
  }

  private func attributes(of report: TrialReport) -> [OTLPLogs.Attribute] {
    var found = OTLPAttributes()
    found.add("crashlab.signature", report.signature.map { printable($0) })
    found.add("crashlab.case", report.case.map { printable($0) })
    if report.redacted == true { found.add("crashlab.redacted", true) }
    guard let fault = report.faults.first else {
      found.add("crashlab.signal.name", report.termination?.signal?.description)
      return found.all
    }
    let type = fault.abortMessage?.exception?.type ?? fault.signal.description
    found.add("exception.type", printable(type))
    found.add("exception.message", printable(report.message ?? fault.headline))
    found.add("exception.stacktrace", fault.unwind.map { stackTrace($0) })
    found.add("thread.id", Int(fault.thread.id))
    found.add("thread.name", printable(fault.thread.name))
    if let own = fault.unwind.flatMap({ OwnCode.all(in: $0.frames).first?.function }) {
      found.add("code.function.name", own.symbol.map { printable($0) })
      found.add("code.file.path", own.file.map { printable($0) })
      found.add("code.line.number", own.file == nil ? nil : own.line)
      found.add("code.column.number", own.file == nil ? nil : own.column)
    }
    found.add("crashlab.signal.name", fault.signal.description)
    found.add("crashlab.signal.code", printable(fault.code))
    found.add("crashlab.site.kind", fault.site.kind.rawValue)
    found.add("crashlab.site.owner", fault.site.owner?.inWords)
    found.add("crashlab.site.overshoot", fault.site.overshoot)
    found.add("crashlab.stack.size", fault.site.stackSize)
    found.add("crashlab.cause.kind", fault.cause?.kind.rawValue)
    found.add("crashlab.fault.count", report.faults.count)
    return found.all
  }

  private func stackTrace(_ unwind: UnwindReport) -> String {
    var lines = FrameLines(theme: .plain, width: OTLPReporter.width)
    lines.fullNames = true
    return lines.text(of: unwind)
  }

  /// As the conventions call it.
  private static func architecture(_ name: String) -> String {
    switch name {
    case "x86_64": "amd64"
    case "aarch64": "arm64"
    default: name
    }
  }
}

extension TrialReport {
  /// A crash, or a process that was looked at; not what came to its end otherwise.
  fileprivate var isTold: Bool {
    if let fault = faults.first, fault.signal.isCrash { return true }
    guard let termination else {
      return `case` == nil && faults.isEmpty && threads?.isEmpty == false
    }
    return termination.kind == .signal && termination.signal?.isCrash == true
  }

  /// The program itself among what was loaded: the image that it was started by the name of, else the
  /// one where its execution began. Nil if neither is there.
  fileprivate var programImage: ImageReport? {
    let images = images ?? []
    if let name = command?.first.map({ lastComponent($0) }),
      let image = images.first(where: { lastComponent($0.path) == name })
    {
      return image
    }
    let unwinds = faults.compactMap(\.unwind) + (threads ?? []).compactMap(\.unwind)
    let start = unwinds.lazy.compactMap { unwind in
      unwind.frames.last { $0.symbol == "_start" }?.image
    }.first { !lastComponent($0).hasPrefix("ld-") }
    return start.flatMap { path in images.first { $0.path == path } }
  }
}
