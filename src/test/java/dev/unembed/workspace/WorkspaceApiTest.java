package dev.unembed.workspace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;

import dev.unembed.base.Database;
import dev.unembed.testing.Api;
import dev.unembed.testing.PostgresResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.util.Map;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class WorkspaceApiTest {
    private final Database database;

    WorkspaceApiTest(Database database) {
        this.database = database;
    }

    private static final String WORKSPACES = "/api/v1/workspaces";

    @Test
    void whoMakesAWorkspaceOwnsIt() {
        Api.User owner = Api.newUser("owner");
        String name = Api.unique("Ägyptische Studien");
        Response made = owner.request().body(Map.of("name", "  " + name + " ")).post(WORKSPACES);
        made.then().statusCode(201).body("name", equalTo(name), "role", equalTo("OWNER"), "members", equalTo(1));
        owner.request().get(made.header("Location")).then().statusCode(200).body("name", equalTo(name));
        owner.request().get(WORKSPACES).then().body("name", contains(name));
        owner.request().get(WORKSPACES + "/{name}", name).then().statusCode(200).body("name", equalTo(name));
    }

    @Test
    void aStrangerCannotTellAForeignWorkspaceFromNone() {
        Api.User owner = Api.newUser("owner");
        Api.User stranger = Api.newUser("stranger");
        long foreign = Api.newWorkspace(owner, "secret");
        String name = owner.request().get(WORKSPACES + "/" + foreign).path("name");
        long none = 987_654_321;
        String path = WORKSPACES + "/" + foreign;

        String unknown = stranger.request()
                .get(WORKSPACES + "/" + none)
                .then()
                .statusCode(404)
                .extract()
                .asString();
        String hidden =
                stranger.request().get(path).then().statusCode(404).extract().asString();
        assertThat(hidden).isEqualTo(unknown.replace(Long.toString(none), Long.toString(foreign)));
        stranger.request().get(WORKSPACES + "/{name}", name).then().statusCode(404);
        stranger.request().body(Map.of("name", "mine now")).patch(path).then().statusCode(404);
        stranger.request().delete(path).then().statusCode(404);
        stranger.request().get(path + "/members").then().statusCode(404);
        stranger.request()
                .body(Map.of("username", stranger.username(), "role", "OWNER"))
                .post(path + "/members")
                .then()
                .statusCode(404);
        stranger.request().delete(path + "/members/" + owner.username()).then().statusCode(404);
        stranger.request().get(WORKSPACES).then().body("id", not(hasItem((int) foreign)));
        // the name of a foreign workspace is free to use
        stranger.request().body(Map.of("name", name)).post(WORKSPACES).then().statusCode(201);
    }

    @Test
    void anAdministratorIsAStrangerToo() {
        long foreign = Api.newWorkspace(Api.newUser("owner"), "private");
        Api.asAdmin().get(WORKSPACES + "/" + foreign).then().statusCode(404);
    }

    @Test
    void onlyOwnersManage() {
        Api.User owner = Api.newUser("owner");
        Api.User editor = Api.newUser("editor");
        Api.User viewer = Api.newUser("viewer");
        long workspace = Api.newWorkspace(owner, "team");
        Api.addMember(owner, workspace, editor, "EDITOR");
        Api.addMember(owner, workspace, viewer, "VIEWER");
        String path = WORKSPACES + "/" + workspace;

        for (Api.User member : new Api.User[] {editor, viewer}) {
            member.request()
                    .get(path + "/members")
                    .then()
                    .statusCode(200)
                    .body("username", contains(editor.username(), owner.username(), viewer.username()));
            member.request().body(Map.of("name", "ours")).patch(path).then().statusCode(403);
            member.request().delete(path).then().statusCode(403);
            member.request()
                    .body(Map.of("role", "OWNER"))
                    .patch(path + "/members/" + member.username())
                    .then()
                    .statusCode(403)
                    .body("detail", containsString("this needs OWNER"));
            member.request()
                    .delete(path + "/members/" + owner.username())
                    .then()
                    .statusCode(403);
        }
        viewer.request().delete(path + "/members/" + viewer.username()).then().statusCode(204);
        viewer.request().get(path).then().statusCode(404);

        owner.request()
                .body(Map.of("role", "VIEWER"))
                .patch(path + "/members/" + editor.username())
                .then()
                .statusCode(200)
                .body("role", equalTo("VIEWER"));
        editor.request().get(path).then().body("role", equalTo("VIEWER"));
    }

    @Test
    void theLastOwnerStays() {
        Api.User owner = Api.newUser("owner");
        Api.User second = Api.newUser("second");
        long workspace = Api.newWorkspace(owner, "team");
        String own = WORKSPACES + "/" + workspace + "/members/" + owner.username();
        Api.addMember(owner, workspace, second, "EDITOR");

        owner.request().delete(own).then().statusCode(409).body("detail", containsString("last owner"));
        owner.request().body(Map.of("role", "EDITOR")).patch(own).then().statusCode(409);
        owner.request().body(Map.of("role", "OWNER")).patch(own).then().statusCode(200);

        owner.request()
                .body(Map.of("role", "OWNER"))
                .patch(WORKSPACES + "/" + workspace + "/members/" + second.username())
                .then()
                .statusCode(200);
        owner.request().delete(own).then().statusCode(204);
        owner.request().get(WORKSPACES + "/" + workspace).then().statusCode(404);
        second.request().get(WORKSPACES + "/" + workspace).then().body("members", equalTo(1));
    }

    @Test
    void membersAreKnownUsersAndAddedOnce() {
        Api.User owner = Api.newUser("owner");
        Api.User member = Api.newUser("member");
        long workspace = Api.newWorkspace(owner, "team");
        String members = WORKSPACES + "/" + workspace + "/members";
        Api.addMember(owner, workspace, member, "VIEWER");
        owner.request()
                .body(Map.of("username", member.username(), "role", "EDITOR"))
                .post(members)
                .then()
                .statusCode(409);
        owner.request()
                .body(Map.of("username", "no-such-user", "role", "EDITOR"))
                .post(members)
                .then()
                .statusCode(404)
                .body("detail", containsString("no-such-user"));
        owner.request()
                .body(Map.of("role", "EDITOR"))
                .patch(members + "/no-such-user")
                .then()
                .statusCode(404);
    }

    @Test
    void namesAreCheckedAndAmbiguousOnesNeedTheId() {
        Api.User owner = Api.newUser("owner");
        Api.User other = Api.newUser("other");
        owner.request().body(Map.of("name", "42")).post(WORKSPACES).then().statusCode(422);
        owner.request()
                .body(Map.of("name", "x".repeat(101)))
                .post(WORKSPACES)
                .then()
                .statusCode(422);
        owner.request().body(Map.of("name", " ")).post(WORKSPACES).then().statusCode(422);

        String name = Api.unique("twin");
        long first = owner.request()
                .body(Map.of("name", name))
                .post(WORKSPACES)
                .jsonPath()
                .getLong("id");
        owner.request().body(Map.of("name", name)).post(WORKSPACES).then().statusCode(409);
        long second = other.request()
                .body(Map.of("name", name))
                .post(WORKSPACES)
                .jsonPath()
                .getLong("id");
        Api.addMember(other, second, owner, "VIEWER");
        owner.request()
                .get(WORKSPACES + "/{name}", name)
                .then()
                .statusCode(409)
                .body("detail", containsString("[%d, %d]".formatted(first, second)));
        owner.request().get(WORKSPACES + "/" + second).then().statusCode(200);
    }

    @Test
    void anEmptyWorkspaceIsDeleted() {
        Api.User owner = Api.newUser("owner");
        long workspace = Api.newWorkspace(owner, "short-lived");
        owner.request().delete(WORKSPACES + "/" + workspace).then().statusCode(204);
        owner.request().get(WORKSPACES + "/" + workspace).then().statusCode(404);
    }

    @Test
    void aWorkspaceWithRunsStays() {
        Api.User owner = Api.newUser("owner");
        long workspace = Api.newWorkspace(owner, "busy");
        database.update("""
                insert into model (name, folder, family, digest, fingerprint, dimensions, weight_bytes, memory_bytes, bos,
                  knows_text, created_at)
                values (?, '', 'gpt2', ?, '', '{}', 1, 1, 'DEFAULT', true, now())
                """, "kept-by-runs", "digest of kept-by-runs");
        database.update("""
                insert into run (workspace_id, author_id, kind, model_id, model_digest, title, prompt, params, params_hash,
                  seed, engine_version, priority, status, created_at, finished_at)
                select ?, ?, 'lens', id, digest, 'title', 'prompt', '{}', 'hash', 0, 'test', 0, 'CANCELLED', now(), now()
                from model where name = 'kept-by-runs'
                """, workspace, owner.id());
        owner.request()
                .delete(WORKSPACES + "/" + workspace)
                .then()
                .statusCode(409)
                .body("detail", containsString("has analyses"));
        owner.request().get(WORKSPACES + "/" + workspace).then().statusCode(200);
    }
}
