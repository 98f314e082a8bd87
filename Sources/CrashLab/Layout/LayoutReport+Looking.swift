public import CrashLabModel

extension LayoutReport {
  /// Looks at the stacks and guards of a process that runs.
  ///
  /// - Parameter process: its number. It is not stopped; what changes meanwhile may be told as it was
  ///   before.
  /// - Throws: SystemError if it is gone or may not be looked at.
  public static func look(
    at process: Int32, machine: Machine = .current()
  ) throws(SystemError) -> LayoutReport {
    LayoutReport(try Layout.look(at: process, machine: machine), machine: machine)
  }
}
