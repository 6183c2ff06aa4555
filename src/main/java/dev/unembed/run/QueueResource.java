package dev.unembed.run;

import dev.unembed.account.CurrentActor;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The queue over HTTP. */
@Path("/api/v1/queue")
@Produces(MediaType.APPLICATION_JSON)
@Blocking
@Tag(name = "Queue", description = "What waits, what is computed, and by whom.")
public class QueueResource {
    private final QueueService queue;
    private final CurrentActor current;

    QueueResource(QueueService queue, CurrentActor current) {
        this.queue = queue;
        this.current = current;
    }

    @GET
    @Operation(
            operationId = "getQueue",
            summary = "The queue and the workers",
            description = "Runs of your workspaces in the order they start; other workspaces' as counts only.")
    public QueueService.QueueState state() {
        return queue.state(current.actor());
    }
}
