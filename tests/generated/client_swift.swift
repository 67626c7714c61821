// A client of the service: login, refresh, pages, errors, logout.
import Foundation
#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

struct Tokens: Codable {
    var accessToken: String
    let refreshToken: String
}

struct Credentials: Encodable {
    let username: String
    let password: String
}

struct Refresh: Encodable {
    let refreshToken: String
}

// What is nil is not sent.
struct CustomerChange: Encodable {
    var firstName: String?
    var lastName: String?
    var phone: String?
}

struct Customer: Decodable {
    let id: String
    let firstName: String?
    let phone: String?
}

// A refused request: a problem document (RFC 9457). `errors` has a fault for each field.
struct Problem: Error, Decodable {
    let status: Int
    let detail: String
    var errors: [Fault]?
}

struct Fault: Decodable {
    let pointer: String
    let detail: String
}

struct Answer {
    let body: Data
    let http: HTTPURLResponse

    func read<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try JSONDecoder().decode(type, from: body)
    }
}

// Sends the access token. When the token has expired, it refreshes and asks again.
// Tasks may share it: of many refused requests one refreshes, and the others wait.
actor Service {
    let address: String
    var tokens: Tokens?
    private var refreshing: Task<Void, Error>?

    init(_ address: String) {
        self.address = address
    }

    func logIn(_ username: String, _ password: String) async throws {
        let body = Credentials(username: username, password: password)
        tokens = try await send("POST", "/api/login", body: body).read(Tokens.self)
    }

    func logOut() async throws {
        // A refresh that is on its way would bring the tokens back.
        try? await refreshing?.value
        guard let refreshToken = tokens?.refreshToken else { return }
        tokens = nil
        _ = try await send("POST", "/api/logout", body: Refresh(refreshToken: refreshToken))
    }

    func ask(
        _ method: String,
        _ path: String,
        query: [String: String] = [:],
        body: (any Encodable & Sendable)? = nil,
        headers: [String: String] = [:]
    ) async throws -> Answer {
        let used = tokens?.accessToken
        do {
            return try await send(method, path, query: query, body: body, headers: headers, token: used)
        } catch let problem as Problem where problem.status == 401 && used != nil {
            // Another task may have been faster.
            if tokens?.accessToken == used { try await refresh() }
        }
        let fresh = tokens?.accessToken
        return try await send(method, path, query: query, body: body, headers: headers, token: fresh)
    }

    // While one task waits here, the actor lets others in. They wait for the same refresh.
    private func refresh() async throws {
        let task = refreshing ?? Task { try await exchange() }
        refreshing = task
        try await task.value
    }

    private func exchange() async throws {
        defer { refreshing = nil }
        guard let refreshToken = tokens?.refreshToken else { return }
        do {
            let body = Refresh(refreshToken: refreshToken)
            tokens = try await send("POST", "/api/token/refresh", body: body).read(Tokens.self)
        } catch let problem as Problem where problem.status == 401 {
            // The session has ended. Anything else may pass, so the tokens stay.
            tokens = nil
            throw problem
        }
    }

    private func send(
        _ method: String,
        _ path: String,
        query: [String: String] = [:],
        body: (any Encodable & Sendable)? = nil,
        headers: [String: String] = [:],
        token: String? = nil
    ) async throws -> Answer {
        guard var url = URLComponents(string: address + path) else { throw URLError(.badURL) }
        if !query.isEmpty { url.queryItems = query.map { URLQueryItem(name: $0, value: $1) } }
        // To the service, as to forms, "+" is a space.
        url.percentEncodedQuery = url.percentEncodedQuery?.replacingOccurrences(of: "+", with: "%2B")
        guard let complete = url.url else { throw URLError(.badURL) }
        var request = URLRequest(url: complete, timeoutInterval: 30)
        request.httpMethod = method
        for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
        if let body {
            request.setValue("application/json", forHTTPHeaderField: "Content-Type")
            request.httpBody = try JSONEncoder().encode(body)
        }
        if let token { request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization") }
        let (data, response) = try await URLSession.shared.data(for: request)
        guard let http = response as? HTTPURLResponse else { throw URLError(.badServerResponse) }
        if http.statusCode < 400 { return Answer(body: data, http: http) }
        // An answer that is no problem document is not by the service, but by a proxy before it.
        let problem = try? JSONDecoder().decode(Problem.self, from: data)
        throw problem ?? Problem(status: http.statusCode, detail: "Status \(http.statusCode)")
    }
}

@main
struct Program {
    static func main() async throws {
        let arguments = CommandLine.arguments.dropFirst()
        let service = Service(arguments.first ?? "http://localhost:8000")
        try await service.logIn("admin", arguments.dropFirst().first ?? "admin")
        for name in ["Ada", "Grace", "Mary"] {
            let customer = CustomerChange(firstName: name, lastName: "Swift")
            _ = try await service.ask("POST", "/api/customers", body: customer)
        }

        // Filters, order and pages. `Prefer` asks for the number of all rows.
        let wanted = ["where[lastName]": "Swift", "orderBy[firstName]": "desc", "skip": "1", "take": "1"]
        let count = ["Prefer": "count=exact"]
        let page = try await service.ask("GET", "/api/customers", query: wanted, headers: count)
        let customers = try page.read([Customer].self)
        let total = page.http.value(forHTTPHeaderField: "X-Total-Count") ?? ""
        print(customers.compactMap(\.firstName), "of", total)

        // The ETag of a row, sent with a change, keeps the changes of others.
        let path = "/api/customers/\(customers[0].id)"
        let row = try await service.ask("GET", path)
        let unchanged = ["If-Match": row.http.value(forHTTPHeaderField: "ETag") ?? ""]
        let first = CustomerChange(phone: "1")
        let changed = try await service.ask("PATCH", path, body: first, headers: unchanged)
        print(try changed.read(Customer.self).phone ?? "")
        do {
            let second = CustomerChange(phone: "2")
            _ = try await service.ask("PATCH", path, body: second, headers: unchanged)
        } catch let problem as Problem {
            print(problem.status)
        }

        // A refused request has a fault for each field.
        do {
            let long = CustomerChange(firstName: String(repeating: "x", count: 1001))
            _ = try await service.ask("POST", "/api/customers", body: long)
        } catch let problem as Problem {
            print(problem.status, (problem.errors ?? []).map(\.pointer))
        }
        try await service.logOut()
    }
}
