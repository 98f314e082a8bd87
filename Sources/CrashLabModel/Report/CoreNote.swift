/// What a core dump can't tell, or what of it could not be used.
package enum CoreNote: Sendable, Equatable {
  case missingBytes(UInt64)
  /// The kernel could not deliver the fault and tells no address.
  case addressComputed
  /// The limit of the main stack is taken to be where it ended.
  case mainStackLimitUnknown
  case noSignalInformation
  case madeWhileAlive
  /// With its build identifier in hexadecimal, if it has one.
  case image(path: String, ImageState, buildId: String?)

  package enum ImageState: Sendable, Equatable {
    /// The build identifier or, where there is none, the first page is the same.
    case same
    /// The dump has nothing to compare it with.
    case unproved
    case missing
    case differs
    /// No program or library.
    case noImage
  }
}
