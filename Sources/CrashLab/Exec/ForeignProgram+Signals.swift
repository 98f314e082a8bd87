internal import CHarness

extension ForeignProgram {
  /// Ignores SIGXFSZ in this process, and SIGCHLD no longer. A program that runs later gets both as this
  /// process got them.
  public static func setSignals() { clab_observer_set_signals() }
}
