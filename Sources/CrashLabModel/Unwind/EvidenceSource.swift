/// Who unwound: the handler inside the process, the observer from outside, or whoever read its core
/// dump.
package enum EvidenceSource: String, Codable, Sendable { case handler, observer, core }
