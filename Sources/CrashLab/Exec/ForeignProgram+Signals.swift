internal import CHarness

extension ForeignProgram {
  /// Ignores SIGXFSZ in this process. A program that runs later gets it as this process got it.
  public static func ignoreFileSizeSignal() { clab_observer_ignore_xfsz() }
}
