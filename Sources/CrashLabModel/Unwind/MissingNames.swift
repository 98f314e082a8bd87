/// Frames of an image that have no names, or names without lines, and why.
package struct MissingNames: Sendable, Codable, Equatable {
  package enum Reason: String, Sendable, Codable {
    /// The file that was mapped could not be opened.
    case fileMissing = "file-missing"
    /// What lies at its path is another file.
    case fileDiffers = "file-differs"
    /// A file of split debug information (.dwo, .dwp) is not there.
    case splitFileMissing = "split-file-missing"
    /// A signal ended the naming process while it read the file.
    case readerEnded = "reader-ended"
    /// The naming process took too long for the file.
    case readerTimedOut = "reader-timed-out"
    /// What the naming process answered can't be right.
    case readerUnclear = "reader-unclear"
    /// No naming process could be started or asked.
    case noReader = "no-reader"

    /// Whether it is the reader's failure: what the names are is unknown. Otherwise there are none.
    package var isOfReader: Bool {
      switch self {
      case .fileMissing, .fileDiffers, .splitFileMissing: false
      case .readerEnded, .readerTimedOut, .readerUnclear, .noReader: true
      }
    }
  }

  /// The path of the image.
  package var image: String
  package var reason: Reason
  /// What ended the naming process; null if nothing did.
  @Nullable package var signal: Signal?
  /// Whether there are names from the symbol table, and only lines and inlined functions are missing.
  package var hasSymbols: Bool

  package init(image: String, reason: Reason, signal: Signal?, hasSymbols: Bool) {
    self.image = image
    self.reason = reason
    self.signal = signal
    self.hasSymbols = hasSymbols
  }
}
