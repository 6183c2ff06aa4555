package dev.unembed.base;

import jakarta.ws.rs.core.UriInfo;
import org.jboss.resteasy.reactive.RestResponse;

/** 201 with the new thing and its address. */
public final class Created {
    private Created() {}

    /** @param segment what follows the address that was posted to */
    public static <T> RestResponse<T> below(UriInfo posted, Object segment, T entity) {
        return RestResponse.ResponseBuilder.<T>create(RestResponse.Status.CREATED)
                .location(posted.getAbsolutePathBuilder()
                        .path(String.valueOf(segment))
                        .build())
                .entity(entity)
                .build();
    }
}
